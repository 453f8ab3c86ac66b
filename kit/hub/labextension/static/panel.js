/* The courses, assignments and feedback of a hub, in JupyterLab: a panel, and cards in the launcher.
 *
 * Written by hand as the container that JupyterLab's loader expects, so that no build is needed. What it
 * uses of JupyterLab comes from the page that it is loaded into.
 */
(() => {
  "use strict";
  let scope = null;

  async function load(name) {
    const versions = scope[name];
    if (!versions) throw new Error(`${name} is not in this JupyterLab`);
    const factory = await Object.values(versions)[0].get();
    return factory();
  }

  async function makePlugin() {
    const [application, launcher, widgets, coreutils, services, apputils, icons] = await Promise.all(
      ["@jupyterlab/application", "@jupyterlab/launcher", "@lumino/widgets", "@jupyterlab/coreutils",
       "@jupyterlab/services", "@jupyterlab/apputils", "@jupyterlab/ui-components"].map(load));
    return {
      id: "bitacora-hub:panel",
      autoStart: true,
      requires: [application.ILabShell],
      optional: [launcher.ILauncher, application.ILayoutRestorer],
      activate: (app, shell, launch, restorer) =>
        new Panel(app, shell, launch, restorer, {widgets, coreutils, services, apputils, icons}).start(),
    };
  }

  // Words of the page, in the languages of the class. Python's side speaks through its own catalogue.
  const WORDS = {
    en: {title: "My courses", assignments: "Assignments", due: "due", none: "no due date", late: "late",
      "open": "not handed in", "handed-in": "handed in, being graded", failed: "could not be graded",
      mentor: "a mentor still reads it", graded: "graded", openIt: "Open", handIn: "Hand in",
      feedback: "Feedback", saved: "Handed in", arrived: "Your feedback is here", progress: "answered",
      attempts: "attempts", minutes: "minutes", problem: "The hub does not answer now.", of: "of",
      clock: "Times are on the clock of"},
    es: {title: "Mis cursos", assignments: "Tareas", due: "entrega hasta", none: "sin fecha límite", late: "atrasada",
      "open": "no entregada", "handed-in": "entregada, en corrección", failed: "no se pudo corregir",
      mentor: "un mentor todavía la lee", graded: "corregida", openIt: "Abrir", handIn: "Entregar",
      feedback: "Comentarios", saved: "Entregada", arrived: "Tus comentarios están aquí", progress: "respondidas",
      attempts: "intentos", minutes: "minutos", problem: "El servidor no responde ahora.", of: "de",
      clock: "Las horas son las de"},
    fr: {title: "Mes cours", assignments: "Devoirs", due: "à rendre avant le", none: "sans date limite", late: "en retard",
      "open": "pas encore rendu", "handed-in": "rendu, en cours de notation", failed: "n'a pas pu être noté",
      mentor: "un mentor doit encore le lire", graded: "noté", openIt: "Ouvrir", handIn: "Rendre",
      feedback: "Commentaires", saved: "Rendu", arrived: "Vos commentaires sont là", progress: "réponses",
      attempts: "essais", minutes: "minutes", problem: "Le serveur ne répond pas pour le moment.", of: "sur",
      clock: "Les heures sont celles de"},
  };

  class Panel {
    constructor(app, shell, launch, restorer, libraries) {
      Object.assign(this, {app, shell, launch, restorer}, libraries);
      this.settings = this.services.ServerConnection.makeSettings();
      this.cards = [];
      this.seen = null;
      this.drawn = "";
    }

    address(path) { return this.coreutils.URLExt.join(this.settings.baseUrl, "kit", path); }

    async ask(path, init = {}) {
      const answer = await this.services.ServerConnection.makeRequest(this.address(path), init, this.settings);
      const data = await answer.json();
      if (!answer.ok) throw new Error(data.message || answer.statusText);
      return data;
    }

    start() {
      this.widget = new this.widgets.Widget();
      this.widget.id = "bitacora-hub";
      this.widget.addClass("kit-hub");
      this.widget.title.caption = WORDS.en.title;
      this.widget.title.label = "";
      this.widget.title.icon = this.icons.listIcon;
      this.shell.add(this.widget, "left", {rank: 50});
      if (this.restorer) this.restorer.add(this.widget, this.widget.id);
      this.app.commands.addCommand("bitacora-hub:open", {
        label: (args) => args.label || "", caption: (args) => args.caption || "",
        icon: (args) => args.kind === "feedback" ? this.icons.editIcon : this.icons.notebookIcon,
        execute: (args) => args.kind === "feedback"
          ? this.showFeedback(args.course, args.assignment, args.label)
          : this.app.commands.execute("docmanager:open", {path: args.path}),
      });
      this.app.restored.then(async () => {
        await this.refresh();
        // Shown to whoever has not seen it in this browser; later it is as they left it.
        if (!window.localStorage.getItem(this.widget.id)) {
          window.localStorage.setItem(this.widget.id, "seen");
          this.shell.activateById(this.widget.id);
        }
        this.plan();
      });
    }

    plan() {
      // Soon after handing in, feedback is awaited; otherwise a look now and then is enough.
      const waits = (this.data?.courses || []).some((c) => c.assignments.some((a) => a.state === "handed-in"));
      const pause = document.hidden ? 60000 : waits ? 1000 : 20000;
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(async () => { await this.refresh(); this.plan(); }, pause);
    }

    async refresh() {
      try { this.data = await this.ask("work"); } catch (error) {
        this.data = {...(this.data || {courses: [], lessons: []}), problem: String(error.message || error)};
      }
      this.words = WORDS[this.data.language] || WORDS.en;
      this.widget.title.caption = this.words.title;
      this.tellNews();
      const drawn = JSON.stringify(this.data);
      if (drawn !== this.drawn) { this.drawn = drawn; this.draw(); this.drawCards(); }
    }

    tellNews() {
      const now = new Map();
      for (const course of this.data.courses) for (const each of course.assignments)
        now.set(`${course.name}/${each.name}`, each.feedback_at);
      if (this.seen) for (const course of this.data.courses) for (const each of course.assignments) {
        const key = `${course.name}/${each.name}`;
        if (each.feedback_at && each.feedback_at !== this.seen.get(key) && each.state !== "handed-in")
          this.apputils.Notification.success(`${this.words.arrived}: ${each.title}`, {
            autoClose: 15000,
            actions: [{label: this.words.feedback, callback: () => this.showFeedback(course.name, each.name, each.title)}],
          });
        else if (each.state === "handed-in") now.set(key, this.seen.get(key));
      }
      this.seen = now;
    }

    when(iso) {
      const format = {weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"};
      return new Intl.DateTimeFormat(this.data.language || "en", {...format, timeZone: this.data.timezone || "UTC"})
        .format(new Date(iso));
    }

    // Text goes in as text: titles and outcomes are never read as HTML.
    make(tag, className, text, children = []) {
      const node = document.createElement(tag);
      if (className) node.className = className;
      if (text) node.textContent = text;
      node.append(...children);
      return node;
    }

    button(text, action, strong = false) {
      const node = this.make("button", "kit-hub-button" + (strong ? " kit-hub-strong" : ""), text);
      node.type = "button";
      node.addEventListener("click", action);
      return node;
    }

    state(each) {
      const parts = [this.words[each.state] || each.state];
      if (each.score !== undefined && each.state !== "open" && each.state !== "handed-in")
        parts.push(`${+each.score.toFixed(2)} / ${+each.max_score.toFixed(2)}`);
      return parts.join(" · ");
    }

    dueText(each) {
      if (!each.due) return this.words.none;
      return `${this.words.due} ${this.when(each.due)}` + (each.late && each.state === "open" ? ` (${this.words.late})` : "");
    }

    draw() {
      const node = this.widget.node;
      const top = node.scrollTop;
      const parts = [this.make("h2", "", this.words.title)];
      if (this.data.problem) parts.push(this.make("p", "kit-hub-problem", this.words.problem));
      if (this.data.news) parts.push(this.make("p", "kit-hub-news", this.data.news));
      for (const course of this.data.courses) {
        const list = this.make("ul", "", "", course.assignments.map((each) => this.row(course, each)));
        parts.push(this.make("section", "", "", [this.make("h3", "", course.title), list]));
      }
      for (const course of this.data.lessons || []) {
        const list = this.make("ul", "", "", course.lessons.map((lesson) => this.lesson(lesson)));
        parts.push(this.make("section", "", "", [this.make("h3", "", course.title), list]));
      }
      if (this.data.timezone) parts.push(this.make("p", "kit-hub-small", `${this.words.clock} ${this.data.timezone}.`));
      node.replaceChildren(...parts);
      node.scrollTop = top;
    }

    row(course, each) {
      const buttons = [this.button(this.words.openIt, () => this.open(each.name))];
      buttons.push(this.button(this.words.handIn, (event) => this.handIn(course, each, event.target), true));
      if (each.feedback) buttons.push(this.button(this.words.feedback, () => this.showFeedback(course.name, each.name, each.title)));
      const count = course.most_attempts ? ` · ${each.attempts.length} ${this.words.of} ${course.most_attempts} ${this.words.attempts}` : "";
      const state = this.make("div", `kit-hub-state kit-hub-${each.state}`, this.state(each));
      state.setAttribute("role", "status");
      const item = this.make("li", "", "", [this.make("strong", "", each.title),
        this.make("div", "kit-hub-small", this.dueText(each) + count), state,
        this.make("div", "kit-hub-buttons", "", buttons)]);
      item.dataset.assignment = `${course.name}/${each.name}`;
      return item;
    }

    lesson(lesson) {
      const link = this.make("a", "", lesson.title);
      link.href = "#";
      link.addEventListener("click", (event) => { event.preventDefault(); this.app.commands.execute("docmanager:open", {path: lesson.path}); });
      const bar = this.make("progress");
      bar.max = Math.max(lesson.asked, 1);
      bar.value = lesson.answered;
      bar.setAttribute("aria-label", `${lesson.answered} ${this.words.of} ${lesson.asked} ${this.words.progress}`);
      const minutes = lesson.minutes ? `${lesson.minutes} ${this.words.minutes} · ` : "";
      const small = this.make("div", "kit-hub-small", `${minutes}${lesson.answered} ${this.words.of} ${lesson.asked} ${this.words.progress}`);
      return this.make("li", "", "", [link, bar, small]);
    }

    drawCards() {
      this.cards.forEach((card) => card.dispose());
      this.cards = [];
      if (!this.launch) return;
      let rank = 0;
      const add = (category, args) => this.cards.push(
        this.launch.add({command: "bitacora-hub:open", category, rank: rank++, args}));
      for (const course of this.data.lessons || []) {
        const next = course.lessons.find((lesson) => lesson.answered < lesson.asked) || course.lessons[0];
        const done = course.lessons.reduce((sum, lesson) => sum + lesson.answered, 0);
        const all = course.lessons.reduce((sum, lesson) => sum + lesson.asked, 0);
        add(this.words.title, {path: next.path, label: `${course.title} · ${all ? Math.round(100 * done / all) : 0} %`, caption: next.title});
      }
      for (const course of this.data.courses) for (const each of course.assignments)
        add(this.words.assignments, {path: `assignments/${each.name}/${each.name}.ipynb`,
          label: `${each.title} · ${this.state(each)}`, caption: `${course.title}: ${this.dueText(each)}`});
    }

    open(name) { return this.app.commands.execute("docmanager:open", {path: `assignments/${name}/${name}.ipynb`}); }

    async handIn(course, each, button) {
      button.disabled = true;
      try {
        await this.app.commands.execute("docmanager:save-all");
        const receipt = await this.ask(`hand-in/${encodeURIComponent(course.name)}/${encodeURIComponent(each.name)}`, {method: "POST", body: "{}"});
        this.apputils.Notification.info(`${this.words.saved}: ${each.title} · ${this.when(receipt.submitted_at)}`, {autoClose: 5000});
        each.state = "handed-in";
      } catch (error) {
        this.apputils.Notification.error(String(error.message || error), {autoClose: false});
      }
      button.disabled = false;
      await this.refresh();
      this.plan();
    }

    showFeedback(course, assignment, title) {
      const frame = new this.apputils.IFrame({sandbox: []});
      frame.url = this.address(`feedback/${encodeURIComponent(course)}/${encodeURIComponent(assignment)}`) + `?at=${Date.now()}`;
      frame.id = `bitacora-feedback-${course}-${assignment}-${Date.now()}`;
      frame.title.label = title;
      frame.title.closable = true;
      this.shell.add(frame, "main");
      this.shell.activateById(frame.id);
    }
  }

  const style = document.createElement("style");
  style.textContent = `
    .kit-hub { padding: 8px 12px; overflow: auto; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); }
    .kit-hub h2 { font-size: 18px; margin: 4px 0 8px; } .kit-hub h3 { font-size: 14px; margin: 14px 0 4px; }
    .kit-hub ul { list-style: none; margin: 0; padding: 0; }
    .kit-hub li { padding: 8px 0; border-top: 1px solid var(--jp-border-color2); }
    .kit-hub a { color: var(--jp-content-link-color); } .kit-hub progress { width: 100%; height: 8px; display: block; margin: 4px 0 0; }
    .kit-hub-small { font-size: 12px; color: var(--jp-ui-font-color2); } .kit-hub-state { margin: 2px 0 6px; }
    .kit-hub-graded { color: var(--jp-success-color0, #1b5e20); } .kit-hub-failed, .kit-hub-problem { color: var(--jp-error-color0, #b71c1c); }
    .kit-hub-news { padding: 6px 8px; border-left: 4px solid var(--jp-brand-color1); background: var(--jp-layout-color2); }
    .kit-hub-buttons { display: flex; flex-wrap: wrap; gap: 6px; }
    .kit-hub-button { padding: 4px 10px; border: 1px solid var(--jp-border-color1); border-radius: 3px; background: var(--jp-layout-color1); color: inherit; cursor: pointer; }
    .kit-hub-strong { background: var(--jp-brand-color0, #0d47a1); border-color: transparent; color: #fff; }
    .kit-hub-button:focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 2px; }`;

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["bitacora-hub"] = {
    init: (shared) => { scope = shared; },
    get: async (name) => {
      if (name !== "./extension") throw new Error(`there is no ${name} here`);
      document.head.append(style);
      const plugin = await makePlugin();
      return () => ({__esModule: true, default: plugin});
    },
  };
})();
