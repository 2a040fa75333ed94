// The body map: drawings, spots on them, and a list that can do all that the drawing can.
const SVG = "http://www.w3.org/2000/svg";
const CLOSE_PX = 26, MOST_ZOOM = 6;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".body");
  const find = (selector) => root.querySelector(selector);
  const words = data.words;
  const state = (root.state ??= { view: data.view, zoom: 1, x: 0, y: 0, chosen: null, placing: null });
  if (state.placed !== data.stamp) Object.assign(state, { placed: data.stamp, placing: null });
  const quit = new AbortController();
  const on = (target, kind, act, more = {}) =>
    target.addEventListener(kind, act, { signal: quit.signal, ...more });
  const pane = find(".pane"), sheet = find(".sheet"), cross = find(".cross");
  const aim = { x: 0.5, y: 0.35 };
  const make = (kind, name, text) => {
    const element = document.createElement(kind);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const view = () => data.views.find((each) => each.id === state.view) || data.views[0];
  const spot = (id) => data.spots.find((each) => each.id === id);

  // --- the drawing -----------------------------------------------------------
  function fit() {
    const box = pane.getBoundingClientRect(), drawn = view();
    const scale = Math.min((box.width - 40) / drawn.width, (box.height - 40) / drawn.height);
    const width = drawn.width * scale, height = drawn.height * scale;
    return { width, height, left: (box.width - width) / 2, top: (box.height - height) / 2, box };
  }

  function draw() {
    const drawn = view(), svg = sheet.querySelector("svg");
    svg.setAttribute("viewBox", `0 0 ${drawn.width} ${drawn.height}`);
    svg.querySelector(".outline").setAttribute("d", drawn.outline);
    svg.querySelector(".details").setAttribute("d", drawn.details);
    find(".edge.left").textContent = drawn.edges[0] ? words.sides[drawn.edges[0]] : "";
    find(".edge.right").textContent = drawn.edges[1] ? words.sides[drawn.edges[1]] : "";
    pane.setAttribute("aria-label", `${drawn.name}. ${state.placing ? words.pane_placing : words.pane}`);
    const told = find(".placing");
    told.hidden = !state.placing;
    if (state.placing) {
      const stop = make("button", "tool", words.cancel);
      stop.type = "button";
      on(stop, "click", () => place(null));
      told.replaceChildren(make("span", "", words.placing.replace("{spot}", spot(state.placing).name)), stop);
    }
    pane.classList.toggle("aims", Boolean(state.placing));
    moved();
    views();
    list();
  }

  function moved() {
    const at = fit();
    state.x = clamp(state.x, at.box.width * (1 - state.zoom), 0);
    state.y = clamp(state.y, at.box.height * (1 - state.zoom), 0);
    Object.assign(sheet.style, {
      width: `${at.width}px`, height: `${at.height}px`,
      transform: `translate(${state.x + at.left * state.zoom}px, ${state.y + at.top * state.zoom}px) scale(${state.zoom})`,
    });
    pane.classList.toggle("near", state.zoom > 1);
    find(".smaller").disabled = state.zoom <= 1;
    find(".larger").disabled = state.zoom >= MOST_ZOOM;
    marks(at);
    const [x, y] = onPane(at, aim);
    cross.hidden = !(state.placing && state.aimed);
    Object.assign(cross.style, { left: `${x}px`, top: `${y}px` });
  }

  const onPane = (at, place) => [
    state.x + state.zoom * (at.left + place.x * at.width),
    state.y + state.zoom * (at.top + place.y * at.height),
  ];
  const onDrawing = (at, x, y) => ({
    x: ((x - state.x) / state.zoom - at.left) / at.width,
    y: ((y - state.y) / state.zoom - at.top) / at.height,
  });

  // Spots that would cover each other are one button that comes closer when pressed.
  function marks(at) {
    const groups = [];
    for (const one of data.spots.filter((each) => each.place && each.place.view === state.view)) {
      const [x, y] = onPane(at, one.place);
      const near = groups.find((group) => Math.hypot(group.x - x, group.y - y) < CLOSE_PX);
      if (near && state.zoom < MOST_ZOOM) near.spots.push(one);
      else groups.push({ x, y, spots: [one] });
    }
    find(".marks").replaceChildren(...groups.map((group) => {
      const [one] = group.spots, many = group.spots.length > 1;
      const button = make("button", `sign ${many ? "many" : one.kind}`, many ? `${group.spots.length}` : one.sign);
      button.type = "button";
      button.style.left = `${group.x}px`;
      button.style.top = `${group.y}px`;
      button.setAttribute("aria-label", many
        ? words.many.replace("{count}", group.spots.length) : `${one.name}: ${one.status}`);
      button.title = group.spots.map((each) => each.name).join(", ");
      if (!many) button.setAttribute("aria-current", String(one.id === state.chosen));
      on(button, "click", (event) => {
        event.stopPropagation();
        if (state.placing) return;
        if (many) zoomAbout(2.5, group.x, group.y);
        else choose(one.id);
      });
      return button;
    }));
  }

  function zoomAbout(factor, x, y) {
    const before = state.zoom;
    state.zoom = clamp(before * factor, 1, MOST_ZOOM);
    const grown = state.zoom / before;
    state.x = x - (x - state.x) * grown;
    state.y = y - (y - state.y) * grown;
    moved();
  }

  // --- views and list --------------------------------------------------------
  function small(drawn) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${drawn.width} ${drawn.height}`);
    svg.setAttribute("aria-hidden", "true");
    for (const kind of ["outline", "details"]) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", kind);
      path.setAttribute("d", drawn[kind]);
      svg.append(path);
    }
    return svg;
  }

  function views() {
    const box = find(".views");
    box.setAttribute("aria-label", words.views);
    if (!box.childElementCount) {
      for (const drawn of data.views) {
        const button = make("button", "view");
        button.type = "button";
        button.dataset.view = drawn.id;
        button.setAttribute("role", "radio");
        button.append(small(drawn), make("span", "", drawn.name), make("b"));
        box.append(button);
      }
    }
    for (const button of box.children) {
      const chosen = button.dataset.view === state.view;
      const count = data.spots.filter((each) => each.place?.view === button.dataset.view).length;
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
      button.querySelector("b").textContent = count || "";
      button.querySelector("b").hidden = !count;
      button.setAttribute("aria-label", `${button.querySelector("span").textContent}${count ? `, ${words.spots.replace("{count}", count)}` : ""}`);
    }
  }

  function show(name, focus) {
    Object.assign(state, { view: name, zoom: 1, x: 0, y: 0, aimed: false });
    draw();
    const button = find(`.view[data-view="${name}"]`);
    const box = find(".views");
    box.scrollLeft = button.offsetLeft - box.offsetLeft - box.clientWidth / 2;
    if (focus) button.focus();
  }

  function choose(id) {
    state.chosen = id;
    const one = spot(id);
    if (one?.place && one.place.view !== state.view) show(one.place.view);
    else draw();
  }

  function place(id) {
    Object.assign(state, { placing: id, chosen: id, aimed: false });
    const one = spot(id);
    if (one) show(one.place?.view || one.likely);
    else draw();
    if (one) pane.focus({ preventScroll: false });
  }

  function entry(one) {
    const line = make("li", one.id === state.chosen ? "current" : "");
    const mark = make("span", `sign ${one.kind}`, one.sign);
    mark.setAttribute("aria-hidden", "true");
    const what = make("button", "what");
    what.type = "button";
    what.append(make("b", "", one.name), make("small", "", one.facts));
    what.setAttribute("aria-label", `${one.name}: ${one.status}. ${one.facts}`);
    on(what, "click", () => choose(one.id));
    line.append(mark, what);
    if (!one.place) {
      const button = make("button", "tool", words.place);
      button.type = "button";
      button.setAttribute("aria-label", `${words.place}: ${one.name}`);
      on(button, "click", () => place(one.id));
      line.append(button);
    }
    return line;
  }

  function list() {
    const placed = data.spots.filter((each) => each.place), rest = data.spots.filter((each) => !each.place);
    find(".there").textContent = words.there;
    find(".there").hidden = !placed.length;
    find(".missing").textContent = words.missing;
    find(".missing").hidden = !rest.length;
    find(".placed").replaceChildren(...placed.map(entry));
    find(".unplaced").replaceChildren(...rest.map(entry));
    find(".key").textContent = words.key;
    const box = find(".chosen"), one = spot(state.chosen);
    box.hidden = !one || Boolean(state.placing);
    if (!one) return;
    const act = (label, name, does) => {
      const button = make("button", `tool ${name}`, label);
      button.type = "button";
      on(button, "click", does);
      return button;
    };
    const buttons = make("div", "group");
    buttons.append(act(words.open, "open", () => setTriggerValue("opened", one.id)));
    buttons.append(act(one.place ? words.move : words.place, "put", () => place(one.id)));
    if (one.place) buttons.append(act(words.remove, "take", () => setTriggerValue("removed", one.id)));
    box.replaceChildren(make("h3", "", one.name), make("p", "", one.status), make("p", "quiet", one.facts),
      ...(one.term ? [make("p", "quiet", one.term)] : []), buttons);
  }

  // --- pointing --------------------------------------------------------------
  function put() {
    const outline = sheet.querySelector(".outline"), drawn = view();
    const point = sheet.querySelector("svg").createSVGPoint();
    Object.assign(point, { x: aim.x * drawn.width, y: aim.y * drawn.height });
    if (!outline.isPointInFill(point) && !outline.isPointInStroke(point)) {
      find(".placing span").textContent = words.beside;
      return;
    }
    setTriggerValue("put", { spot: state.placing, view: state.view, x: aim.x, y: aim.y });
  }

  let from = null, far = false;
  on(pane, "pointerdown", (event) => {
    if (event.button || event.target.closest("button")) return;
    from = [event.clientX, event.clientY];
    far = false;
  });
  on(pane, "pointermove", (event) => {
    if (!from || !event.buttons) return;
    const step = [event.clientX - from[0], event.clientY - from[1]];
    if (!far && Math.hypot(...step) < 6) return;
    far = true;
    if (state.zoom === 1) return;
    state.x += step[0];
    state.y += step[1];
    from = [event.clientX, event.clientY];
    moved();
  });
  on(pane, "pointerup", (event) => {
    const moves = !from || far;
    from = null;
    if (moves || !state.placing) return;
    const at = fit();
    Object.assign(aim, onDrawing(at, event.clientX - at.box.left, event.clientY - at.box.top));
    state.aimed = true;
    moved();
    put();
  });
  on(pane, "wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { box } = fit();
    zoomAbout(Math.exp(-event.deltaY / 200), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  on(pane, "keydown", (event) => {
    if (event.target !== pane) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const { box } = fit();
    if (step && state.placing) {
      const drawn = view();
      aim.x = clamp(aim.x + (1.2 * step[0]) / drawn.width, 0, 1);
      aim.y = clamp(aim.y + (1.2 * step[1]) / drawn.height, 0, 1);
      state.aimed = true;
      moved();
    } else if (step && state.zoom > 1) {
      state.x -= 40 * step[0];
      state.y -= 40 * step[1];
      moved();
    } else if (event.key === "Enter" && state.placing) {
      state.aimed = true;
      moved();
      put();
    } else if (event.key === "Escape" && state.placing) {
      place(null);
    } else if (event.key === "+" || event.key === "=") zoomAbout(1.6, box.width / 2, box.height / 2);
    else if (event.key === "-") zoomAbout(1 / 1.6, box.width / 2, box.height / 2);
    else return;
    event.preventDefault();
  });
  on(find(".larger"), "click", () => zoomAbout(1.6, fit().box.width / 2, fit().box.height / 2));
  on(find(".smaller"), "click", () => zoomAbout(1 / 1.6, fit().box.width / 2, fit().box.height / 2));
  find(".larger").setAttribute("aria-label", words.larger);
  find(".smaller").setAttribute("aria-label", words.smaller);
  find(".zoom").setAttribute("aria-label", words.zoom);
  on(find(".views"), "click", (event) => {
    const button = event.target.closest(".view");
    if (button) show(button.dataset.view, true);
  });
  on(find(".views"), "keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const names = data.views.map((each) => each.id);
    show(names.at((names.indexOf(state.view) + step + names.length) % names.length), true);
  });
  const watch = new ResizeObserver(() => moved());
  watch.observe(pane);
  draw();
  return () => {
    watch.disconnect();
    quit.abort();
  };
}
