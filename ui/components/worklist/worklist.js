// One page of the worklist: rows to be walked through by keys and opened.
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".worklist");
  const body = root.querySelector("tbody");
  const quit = new AbortController();
  const make = (kind, name, text) => {
    const element = document.createElement(kind);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  };

  function cell(name, head, ...parts) {
    const made = make("td", name);
    made.dataset.head = head;
    made.setAttribute("role", "cell"); // a phone shows rows as blocks, which are cells all the same
    const inside = make("div");
    inside.append(...parts.filter(Boolean));
    made.append(inside);
    return made;
  }
  const quiet = (text) => text && make("small", "", text);

  function line(row) {
    const made = make("tr");
    made.dataset.id = row.id;
    made.setAttribute("role", "row");
    const open = make("button", "", row.name);
    open.type = "button";
    const status = make("span", `status ${row.status}`);
    const sign = make("span", "sign", row.mark);
    sign.setAttribute("aria-hidden", "true");
    status.append(sign, make("span", "", row.status_words));
    const [who, state, photo, due, decision] = data.heads;
    made.append(
      cell("who", who, open, quiet(row.site)),
      cell("state", state, ...row.alerts.map((each) => make("span", "alert", `! ${each}`)), status, quiet(row.remark)),
      cell("day", photo, make("span", "", row.photo), quiet(row.photos)),
      cell("day", due, make("span", row.late ? "late" : "", row.due), quiet(row.late)),
      cell("", decision, make("span", "", row.decision), quiet(row.decided)),
    );
    return made;
  }

  if (root.drawn !== data.stamp) {
    root.querySelector("caption").textContent = data.label;
    root.querySelector("thead tr").replaceChildren(...data.heads.map((head) => {
      const made = make("th", "", head);
      made.scope = "col";
      return made;
    }));
    body.replaceChildren(...data.rows.map(line));
    root.drawn = data.stamp;
    root.at = data.rows.findIndex((row) => row.id === data.current);
  }
  const lines = [...body.querySelectorAll("tr")];
  const mark = () => lines.forEach((one, index) => {
    one.classList.toggle("current", index === root.at);
    if (index === root.at) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  });
  const go = (to) => {
    if (!lines.length) return;
    root.at = Math.min(lines.length - 1, Math.max(0, to));
    mark();
    const button = lines[root.at].querySelector("button");
    button.focus({ preventScroll: true });
    lines[root.at].scrollIntoView({ block: "nearest" });
  };
  const open = (index) => setTriggerValue("opened", lines[index].dataset.id);
  mark();
  lines.forEach((one, index) => one.addEventListener("click", () => {
    root.at = index;
    mark();
    open(index);
  }, { signal: quit.signal }));

  const isTyping = (event) => event.composedPath().some((one) =>
    one instanceof HTMLElement && (one.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(one.tagName)));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (!root.isConnected || document.querySelector("[role=dialog]")) return;
    const inside = event.composedPath().includes(root);
    const steps = inside ? { ArrowDown: 1, ArrowUp: -1 } : {};
    if (data.keys) Object.assign(steps, { j: 1, k: -1 });
    const step = steps[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!step) return;
    event.preventDefault();
    go(root.at < 0 ? (step > 0 ? 0 : lines.length - 1) : root.at + step);
  }, { signal: quit.signal });
  return () => quit.abort();
}
