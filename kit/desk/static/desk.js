// The desk's one script: keys, the next page before it is asked for, and the height of frames.
// Every page works without it, with forms and links. It reads nothing from what students wrote.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const page = () => $("[data-place]");
  let ahead = null; // {from, promise}: the page after this one
  let pending = Promise.resolve(); // the mark that is on its way
  let busy = false;
  let chosen = null; // a level that waits for its reason

  // ---- the next page -------------------------------------------------------------------------------------
  async function fetchPage(address) {
    const answer = await fetch(address, {
      headers: { Accept: "text/html", "X-Xsrftoken": document.body.dataset.xsrf },
      credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return { url: answer.url, text: await answer.text() };
  }
  function lookAhead() {
    const here = page();
    if (!here || !here.dataset.next) return;
    const address = new URL(here.dataset.next, location.href).href;
    const promise = fetchPage(address);
    promise.catch(() => {});
    ahead = { from: location.href, promise };
  }
  function show({ url, text }) {
    const made = new DOMParser().parseFromString(text, "text/html");
    const main = $("main", made);
    document.title = made.title;
    document.body.dataset.xsrf = made.body.dataset.xsrf;
    history.pushState(null, "", url);
    $("main").replaceWith(document.adoptNode(main));
    settle();
    $("main").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  // ---- acts ----------------------------------------------------------------------------------------------
  async function send(address, data) {
    const answer = await fetch(address, {
      method: "POST",
      body: new URLSearchParams(data),
      headers: { Accept: "application/json", "X-Xsrftoken": document.body.dataset.xsrf },
      credentials: "same-origin",
      keepalive: true,
    });
    let said;
    try { said = await answer.json(); } catch { said = { ok: false, error: String(answer.status) }; }
    return said;
  }
  function complain(text, address) {
    const line = document.createElement("p");
    line.textContent = text + " ";
    if (address) {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = new URL(address).pathname.split("/").pop();
      line.append(link);
    }
    $("#alerts").append(line);
  }
  async function mark(form, button) {
    if (busy) return;
    const here = location.href;
    const data = new FormData(form);
    const stay = button && button.name === "stay";
    if (button && button.name) data.set(button.name, button.value);
    const reason = $("[data-reason]", form);
    if (button && button.dataset.key && form.dataset.mine === "0" && !button.classList.contains("chosen") && reason && !reason.value.trim()) {
      chosen = button;
      button.classList.add("pending");
      reason.closest("[hidden]")?.removeAttribute("hidden");
      reason.required = true;
      reason.focus();
      return;
    }
    busy = true;
    sessionStorage.setItem("desk-last", here);
    try {
      // Which answer is next is known only once the mark before this one is kept.
      await pending;
      if (!stay && (!ahead || ahead.from !== here)) lookAhead();
      const posted = send(form.action, data);
      pending = posted.catch(() => {});
      const next = stay || !ahead ? null : await ahead.promise.catch(() => null);
      if (next && !next.url.endsWith("done") && form.dataset.mine !== "0") {
        // The next answer is shown at once; if this mark is refused, the mentor is told and led back.
        show(next);
        busy = false;
        const said = await posted;
        if (!said.ok) complain(said.error, here);
        const left = $("[data-left]");
        if (left && said.ok) left.textContent = said.left;
        if (!ahead || ahead.from !== location.href) lookAhead();
        return;
      }
      const said = await posted;
      busy = false;
      if (!said.ok) {
        complain(said.error, said.needs ? null : here);
        if (said.needs === "reason" && reason) { reason.closest("[hidden]")?.removeAttribute("hidden"); reason.focus(); chosen = button; }
        return;
      }
      location.assign(new URL(said.next, here).href);
      if (stay) location.reload();
    } catch (error) {
      busy = false;
      complain(String(error), here);
    }
  }

  // ---- keys ----------------------------------------------------------------------------------------------
  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target;
    const typing = target && target.matches && target.matches("textarea, select, input:not([type=checkbox])");
    if (event.key === "Escape" && typing) { target.blur(); $("main").focus({ preventScroll: true }); return; }
    if (typing) return;
    if ($("#keys")?.open) return;
    const known = $(`[data-key="${CSS.escape(event.key)}"]`);
    if (known && !event.repeat) {
      event.preventDefault();
      known.click();
      return;
    }
    const here = page();
    const acts = {
      "?": () => $("#keys")?.showModal(),
      c: () => $("[data-own]")?.focus(),
      e: () => { const field = $("[data-correct]") || $("[data-reason]"); field?.closest("[hidden]")?.removeAttribute("hidden"); field?.focus(); },
      x: () => $("[data-flag]")?.click(),
      n: () => here?.dataset.later && location.assign(here.dataset.later),
      ArrowRight: () => here?.dataset.later && location.assign(here.dataset.later),
      p: () => here?.dataset.earlier && location.assign(here.dataset.earlier),
      ArrowLeft: () => here?.dataset.earlier && location.assign(here.dataset.earlier),
      u: () => sessionStorage.getItem("desk-last") && location.assign(sessionStorage.getItem("desk-last")),
      m: () => $("[data-mark]")?.click(),
      "/": () => $("[data-search]")?.focus(),
    };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  }
  document.addEventListener("keydown", onKey);
  addEventListener("popstate", () => location.reload());
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "mark") return;
    event.preventDefault();
    let button = event.submitter;
    // Enter in the reason gives the level that waited for it.
    if (chosen && document.activeElement?.matches("[data-reason]")) button = chosen;
    else if (button && button.dataset.key && document.activeElement?.matches("input")) button = $("[name=stay]", event.target);
    chosen = null;
    mark(event.target, button);
  });

  // ---- what a new page needs -----------------------------------------------------------------------------
  function fit(frame) {
    const inside = frame.contentDocument;
    if (!inside || !inside.documentElement) return;
    frame.style.height = "0";
    frame.style.height = `${Math.ceil(inside.documentElement.scrollHeight) + 2}px`;
  }
  const watcher = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const frame = entry.target, width = Math.round(entry.contentRect.width);
      if (width && frame.dataset.width !== String(width)) { frame.dataset.width = width; fit(frame); }
    }
  });
  function settle() {
    for (const hidden of $$("[data-keep], [data-flag], [data-help]")) hidden.hidden = false;
    for (const frame of $$("iframe.student-work")) {
      const ready = () => {
        fit(frame);
        // A mentor who clicked into an answer goes on with the same keys.
        frame.contentWindow?.addEventListener("keydown", onKey);
      };
      frame.addEventListener("load", ready);
      if (frame.contentDocument?.readyState === "complete") ready();
      watcher.observe(frame);
    }
    for (const field of $$("select[data-now]")) field.addEventListener("change", () => field.form.requestSubmit());
    for (const flag of $$("[data-flag]")) flag.addEventListener("click", async () => {
      const said = await send(flag.dataset.flag, { on: page().dataset.flagged === "1" ? "0" : "1" });
      if (said.ok) location.reload(); else complain(said.error);
    });
    for (const keep of $$("[data-keep]")) keep.addEventListener("click", async () => {
      const form = keep.closest("form"), own = $("[data-own]", form);
      const made = await send(keep.dataset.keep, { text: own.value });
      if (!made.ok) { complain(made.error); return; }
      const data = new FormData(form);
      data.set("own", "");
      data.append("phrases", made.phrase);
      data.set("stay", "1");
      const said = await send(form.action, data);
      if (said.ok) location.reload(); else complain(said.error);
    });
    for (const running of $$("[data-poll]")) setTimeout(() => location.reload(), 1000);
  }
  $("[data-help]")?.addEventListener("click", () => $("#keys").showModal());
  settle();
  lookAhead();
  document.documentElement.dataset.ready = "1";
})();
