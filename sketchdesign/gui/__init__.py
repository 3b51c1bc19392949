"""The desktop app. How its parts meet:

* `session.Session` is what all parts share. ``session.project`` is a frozen `services.project.Project`; an edit is
  ``session.change(tr("Rows"), merge="explore.rows", explore=replace(session.project.explore, rows=4))`` and is undone
  like every other. Edits that follow each other with the same ``merge`` become one until ``session.end_merge()``
  (connect it to a field's ``released``). ``session.report(error)`` and ``session.say(text)`` fill the message bar.
  ``session.star(kept)`` fills the library; ``session.drawing_settings(count, temperature, class_name)`` are settings
  with the project's seed; ``session.room_asked.emit("pattern")`` opens another workspace.
* `workspace.Workspace` is the base of the five rooms, listed in `workspace.rooms`. A room sets ``widget``,
  ``inspector`` and ``canvas`` in its constructor, makes its actions with ``add_action``, and shows each new project in
  ``load``, which also comes after undo. It holds no project of its own.
* `workers.Workers` (``session.workers``) is the only way to threads. ``draw(key, title, model, make)`` runs a `Work`
  with an open model, ``run(key, title, make)`` one without, ``call(key, title, function)`` a plain function on files;
  each returns a `workers.Task`. The newest of a key wins. Connect with
  ``task.follow(self, finished=..., failed=..., progressed=...)``, which stops when the widget is gone. Failures reach
  the message bar by themselves, unless the task is ``quiet``. The slots of a task run on the main thread.
* `canvas.Canvas` shows a `scene.Scene`: ``Scene.of_drawing(drawing)``, ``Scene.grid(rows, columns)`` with
  ``set_cell(number, [(sketch, pen)])`` as results come, or ``Scene(page)`` with ``add(pictures)``. Its ``tool`` takes
  the left button, its ``overlays`` paint above, its signals tell of cells; ``tiles`` keeps large scenes fluent.
* `forms.Form` is made of `services.parameters.ParameterField`, so a plugin's parameters have their panel;
  `forms.Group`, `forms.InspectorPage` and the fields of `fields` are for panels made by hand. `quantities` reads
  "2in" and "297/3".
* `i18n.tr` wraps every text; the German ones stand in ``i18n/de/<part>.json``. `theme.colour` and `icons.icon` follow
  the theme; paper stays paper. `mime` carries sketches in drags; `thumbnails` draws them small.

Nothing here computes: work is a call of the services that the command line uses.
"""
