// The photos of a spot in order of time; one is chosen to be looked at.
export default function ({ parentElement, data, setStateValue }) {
  const row = parentElement.querySelector(".row");
  row.setAttribute("aria-label", data.label);
  const make = (kind, name, text) => {
    const element = document.createElement(kind);
    if (name) element.className = name;
    element.textContent = text;
    return element;
  };
  const quit = new AbortController();
  const had = row.contains(row.getRootNode().activeElement);

  if (row.drawn !== data.stamp) {
    row.replaceChildren(...data.photos.flatMap((photo) => {
      const button = document.createElement("div");
      button.className = `photo${photo.own_frame ? " own" : ""}`;
      button.dataset.id = photo.id;
      button.setAttribute("role", "option");
      button.setAttribute("aria-label", photo.spoken);
      button.title = photo.hint;
      const picture = document.createElement("img");
      picture.src = photo.src;
      picture.alt = "";
      button.append(picture, make("b", "", photo.date), make("small", "", photo.remark));
      if (photo.mark) button.append(make("span", "mark", photo.mark));
      if (photo.flagged) button.append(make("span", "mark right flag", "▲"));
      if (!photo.gap) return [button];
      const gap = make("span", "gap", photo.gap);
      gap.setAttribute("aria-hidden", "true");  // the dates say it
      return [gap, button];
    }));
    row.drawn = data.stamp;
  }
  const photos = [...row.querySelectorAll(".photo")];
  const mark = (id) => {
    for (const photo of photos) {
      const chosen = photo.dataset.id === id;
      photo.setAttribute("aria-selected", String(chosen));
      photo.tabIndex = chosen ? 0 : -1;
      photo.classList.toggle("against", photo.dataset.id === data.against && !chosen);
    }
  };
  const show = (photo, smooth) => {
    const left = photo.offsetLeft - row.offsetLeft - (row.clientWidth - photo.offsetWidth) / 2;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollTo({ left, behavior: smooth && !calm ? "smooth" : "auto" });
  };
  const choose = (photo, focus) => {
    mark(photo.dataset.id);
    if (focus) photo.focus({ preventScroll: true });
    show(photo, true);
    setStateValue("selected", photo.dataset.id);
  };
  mark(data.selected);
  const chosen = photos.find((photo) => photo.dataset.id === data.selected);
  if (chosen && row.shown !== data.selected) show(chosen, Boolean(row.shown));
  row.shown = data.selected;
  if (had && chosen) chosen.focus({ preventScroll: true });
  for (const photo of photos) {
    photo.addEventListener("click", () => choose(photo, true), { signal: quit.signal });
  }
  row.addEventListener("keydown", (event) => {
    const at = photos.findIndex((photo) => photo === row.getRootNode().activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: photos.length - 1 }[event.key];
    if (to === undefined || !photos[to]) return;
    event.preventDefault();
    choose(photos[to], true);
  }, { signal: quit.signal });
  return () => quit.abort();
}
