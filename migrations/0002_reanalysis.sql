-- A photo may be analysed again. A comparison made before that was of the earlier analysis, and no
-- longer counts: it stays in its table, and a new one takes its place.
CREATE OR REPLACE VIEW comparison_now AS
SELECT c.* FROM comparison c
JOIN analysis_now e ON e.observation_id = c.earlier_id AND e.seq < c.seq
JOIN analysis_now l ON l.observation_id = c.later_id AND l.seq < c.seq
QUALIFY row_number() OVER (PARTITION BY c.earlier_id, c.later_id, c.method ORDER BY c.seq DESC) = 1;
