// Elements are made with text only: nothing that came over the network is ever read as HTML.

export const byId = (id) => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

// link opens a web address in a new tab; anything else stays text.
export function link(address, words) {
  if (!/^https?:\/\//.test(address ?? "")) return element("span", {}, words);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words);
}

// linked makes links and bare web addresses inside a text tappable, as WeChat does.
export function linked(text) {
  return text
    .split(/(<a href="https?:\/\/[^"<>]+">[^<]*<\/a>|https?:\/\/[^\s，。；、）】<>"]+)/)
    .map((part) => {
      const [, address, words] = /^<a href="([^"]+)">([^<]*)<\/a>$/.exec(part) ?? [];
      if (address) return link(address, words);
      return /^https?:/.test(part) ? link(part, part) : part;
    })
    .filter((part) => part !== "");
}

// changed remembers what an area showed, so that it is only drawn again when it differs.
const shown = new Map();
export function changed(area, value) {
  const text = JSON.stringify(value ?? null);
  if (shown.get(area) === text) return false;
  shown.set(area, text);
  return true;
}

const full = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "medium" });
const short = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
export const longTime = (at) => full.format(new Date(at));
export const shortTime = (at) => short.format(new Date(at));
export const dayTime = (at) => day.format(new Date(at));
