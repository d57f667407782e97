// Articles on the phone: the list of what is public, and one of them opened as WeChat shows it.
import { byId, changed, dayTime, element } from "./dom.mjs";
import { act, ask } from "./control.mjs";

const home = /^https?:\/\/mp\.weixin\.qq\.com(\/s[/?].*)$/;

/** Whether an address is one of an article, which opens in the phone. */
export const isArticle = (address) => home.test(address ?? "");

let open;

/** Opens an article as the person who holds the phone; from says where they came from. */
export function read(address, who, from) {
  const path = home.exec(address)[1];
  open = { address, who, before: document.activeElement };
  byId("reader-page").setAttribute("src", `${path}${path.includes("?") ? "&" : "?"}as=${encodeURIComponent(who)}&from=${from}`);
  byId("reader-share").hidden = path.startsWith("/s?");
  byId("reader-share").textContent = "转发给朋友";
  byId("reader").hidden = false;
  byId("reader-close").focus();
}

function close() {
  byId("reader").hidden = true;
  byId("reader-page").removeAttribute("src");
  open.before?.focus();
}

byId("reader-close").addEventListener("click", close);
byId("reader").addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
byId("reader-share").addEventListener("click", async () => {
  const done = await act(() => ask("POST", `users/${encodeURIComponent(open.who)}/shares`, { url: open.address }));
  if (done) byId("reader-share").textContent = "已转发";
});

/** Shows what the account has made public, the latest first. */
export function showArticles(state) {
  const shown = (state.articles ?? []).filter((one) => !one.deleted).reverse();
  if (!changed("articles", [state.person?.name, shown])) return;
  const cards = shown.map((one) => element("button", { class: "bubble wide article", onclick: () => read(one.url, state.person.name, "profile") },
    one.cover ? element("img", { src: one.cover, alt: "" }) : "",
    element("strong", {}, one.title),
    one.digest,
    element("span", { class: "page" }, `${one.by === "mass" ? "群发" : "发布"} · ${dayTime(one.at)}`)));
  byId("articles").replaceChildren(...(cards.length > 0 ? cards : [element("p", { class: "empty" }, "公众号还没有发布文章。")]));
}
