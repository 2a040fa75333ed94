// A camera with hints while it streams. Frames stay in this page; only a photo taken on purpose
// is handed over.

const WIDTH = 160;            // of the reduced frame that is looked at, in pixels
const EVERY_MS = 200;
const FOCUS_KEPT = 0.995;     // how fast the best sharpness seen is forgotten, per look
const FOCUS_ENOUGH = 0.55;    // of the best sharpness seen
const DARK = 70, BRIGHT = 205, WASHED_OUT = 250, WASHED_PART = 0.04;  // grey levels, part of pixels
const STEP = 22;              // grey levels that a spot is darker than the skin around it
const SMALL = 0.008, LARGE = 0.35, OFF = 0.16;  // of the frame's area, and of its width

function greys(context, width, height) {
  const pixels = context.getImageData(0, 0, width, height).data;
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = 0.299 * pixels[4 * i] + 0.587 * pixels[4 * i + 1] + 0.114 * pixels[4 * i + 2];
  }
  return grey;
}

// Variance of the Laplacian in the middle of the frame: falls with blur (Pech-Pacheco 2000).
function sharpness(grey, width, height) {
  let sum = 0, squares = 0, count = 0;
  for (let y = height >> 2; y < height - (height >> 2); y++) {
    for (let x = width >> 2; x < width - (width >> 2); x++) {
      const at = y * width + x;
      const edge = 4 * grey[at] - grey[at - 1] - grey[at + 1] - grey[at - width] - grey[at + width];
      sum += edge; squares += edge * edge; count++;
    }
  }
  const mean = sum / count;
  return squares / count - mean * mean;
}

function light(grey) {
  let sum = 0, washed = 0;
  for (const value of grey) { sum += value; washed += value >= WASHED_OUT; }
  if (sum / grey.length < DARK) return "light_dark";
  if (sum / grey.length > BRIGHT || washed / grey.length > WASHED_PART) return "light_bright";
  return "light_good";
}

// Where is what is darker than the skin at the frame's edge?
function place(grey, width, height) {
  const edge = [];
  for (let x = 0; x < width; x++) edge.push(grey[x], grey[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) edge.push(grey[y * width], grey[y * width + width - 1]);
  edge.sort((a, b) => a - b);
  const limit = edge[edge.length >> 1] - STEP;
  let count = 0, left = 0, top = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (grey[y * width + x] < limit) { count++; left += x; top += y; }
    }
  }
  const part = count / grey.length;
  if (part < SMALL / 8) return "place_none";
  const away = Math.hypot(left / count - width / 2, top / count - height / 2) / width;
  if (away > OFF) return "place_off";
  if (part < SMALL) return "place_small";
  return part > LARGE ? "place_large" : "place_good";
}

export default function ({ parentElement, data, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const video = find("video"), ghost = find(".ghost"), over = find(".over"), fade = find("[type=range]");
  const start = find(".start"), shoot = find(".shoot"), devices = find("select"), said = find(".said");
  const words = data.words;
  start.textContent = words.start; shoot.textContent = words.shoot;
  find(".device").textContent = words.device; find(".fade").textContent = words.ghost;
  for (const name of ["focus", "light", "place"]) {
    find(`.${name} dt`).textContent = words[`${name}_label`];
  }
  over.hidden = !data.ghost;
  if (data.ghost) { ghost.src = data.ghost; ghost.alt = words.ghost; }
  const small = document.createElement("canvas");
  let stream = null, timer = 0, best = 0;

  const faded = () => { ghost.style.opacity = fade.value / 100; };
  const say = (name, key) => {
    const row = find(`.${name}`), text = words[key];
    row.dataset.good = key.endsWith("_good");
    if (row.lastElementChild.textContent !== text) row.lastElementChild.textContent = text;
  };
  const look = () => {
    if (!video.videoWidth) return;
    const width = WIDTH, height = Math.round(WIDTH * video.videoHeight / video.videoWidth);
    small.width = width; small.height = height;
    const context = small.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0, width, height);
    const grey = greys(context, width, height);
    const sharp = sharpness(grey, width, height);
    best = Math.max(best * FOCUS_KEPT, sharp);
    say("focus", sharp >= FOCUS_ENOUGH * best ? "focus_good" : "focus_bad");
    say("light", light(grey));
    say("place", place(grey, width, height));
  };
  const off = () => {
    clearInterval(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null; video.srcObject = null; shoot.disabled = true;
    start.textContent = words.start; find(".stage").hidden = true;
  };
  const on = async () => {
    off(); best = 0; said.textContent = "";
    const wanted = { width: { ideal: 4096 }, height: { ideal: 3072 } };
    if (devices.value) wanted.deviceId = { exact: devices.value }; else wanted.facingMode = "environment";
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch { said.textContent = words.refused; return; }
    video.srcObject = stream; find(".stage").hidden = false; shoot.disabled = false;
    start.textContent = words.stop;
    await video.play();
    timer = setInterval(look, EVERY_MS);
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === "videoinput");
    const now = stream.getVideoTracks()[0].getSettings().deviceId;
    devices.replaceChildren(...cameras.map((camera, at) => {
      const option = new Option(camera.label || `${words.device} ${at + 1}`, camera.deviceId);
      option.selected = camera.deviceId === now;
      return option;
    }));
    find(".devices").hidden = cameras.length < 2;
  };
  const take = () => {
    const whole = document.createElement("canvas");
    whole.width = video.videoWidth; whole.height = video.videoHeight;
    whole.getContext("2d").drawImage(video, 0, 0);
    setTriggerValue("photo", whole.toDataURL("image/jpeg", 0.95));
  };
  const toggle = () => (stream ? off() : on());

  start.onclick = toggle; shoot.onclick = take; fade.oninput = faded; devices.onchange = on;
  if (!navigator.mediaDevices) { said.textContent = words.refused; start.disabled = true; }
  faded();
  return off;
}
