// The photos of a case beside each other, their outlines on or off.
const SVG = "http://www.w3.org/2000/svg";

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".evidence");
  const toggle = root.querySelector("button");
  const quit = new AbortController();
  const make = (kind, name, text) => {
    const element = document.createElement(kind);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };
  const outline = (shapes) => {
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "0 0 1 1");
    drawing.setAttribute("aria-hidden", "true");
    const course = shapes.map((points) => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}Z`).join("");
    for (const kind of ["casing", "line"]) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", kind);
      path.setAttribute("d", course);
      drawing.append(path);
    }
    return drawing;
  };
  const figure = (one) => {
    const made = make("figure", one.own_frame ? "own" : "");
    const frame = make("div", "frame");
    const picture = document.createElement("img");
    picture.src = one.src;
    picture.alt = one.alt;
    frame.append(picture, outline(one.outlines));
    if (one.bar) {
      const bar = make("div", "bar", one.bar.text);
      const line = make("i");
      bar.style.width = `max(2.6rem, calc(${100 * one.bar.share}% + .7rem))`;
      line.style.width = `calc((100cqw) * ${one.bar.share})`;
      bar.append(line);
      frame.append(bar);
    }
    const caption = make("figcaption");
    caption.append(make("b", "", one.label), make("small", "", one.note));
    made.append(frame, caption);
    return made;
  };
  if (root.drawn !== data.stamp) {
    root.querySelector(".pictures").replaceChildren(...data.pictures.map(figure));
    root.querySelector("p").textContent = data.note;
    root.drawn = data.stamp;
  }
  root.outlined ??= true;
  const show = () => {
    root.classList.toggle("plain", !root.outlined);
    toggle.setAttribute("aria-pressed", String(root.outlined));
  };
  toggle.replaceChildren(data.words.outline, ...(data.keys ? [make("kbd", "", "O")] : []));
  const turn = () => { root.outlined = !root.outlined; show(); };
  toggle.addEventListener("click", turn, { signal: quit.signal });
  const isTyping = (event) => event.composedPath().some((one) =>
    one instanceof HTMLElement && (one.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName)));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || !data.keys) return;
    if (!root.isConnected || document.querySelector("[role=dialog]")) return;
    if (event.key.toLowerCase() === "o") turn();
  }, { signal: quit.signal });
  show();
  return () => quit.abort();
}
