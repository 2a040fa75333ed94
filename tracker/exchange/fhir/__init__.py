"""HL7 FHIR R4: one bundle of resources a person."""
