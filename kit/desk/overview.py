"""The page on the class: pictures, each with the table behind it."""

from __future__ import annotations

from datetime import UTC, datetime

from kit.desk.agreement import agreement_of
from kit.desk.charts import draw_bar, draw_line, draw_scatter
from kit.desk.cohort import analyse_questions, find_trends, measure_time, read_minutes
from kit.desk.handler import DeskHandler
from kit.grading.charts import draw_histogram, draw_shares
from kit.grading.items import bin_scores, choose_groups, summarise
from kit.grading.pages import format_number, format_percent
from kit.i18n import gettext as _

MAX_PATHS = 60


class Overview(DeskHandler):
    """How a class fares."""

    def get(self, assignment: str) -> None:
        """Show it."""
        room = self.find_room(assignment)
        settings = self.classroom.course.settings
        graded = {
            student: result.score
            for student, result in room.results.items()
            if result.status == "graded"
        }
        items = analyse_questions(room)
        reachable = sum(item.max_points for item in items if not item.waiting)
        enough = len(graded) >= settings.min_group
        spread = summarise(list(graded.values())) if enough else None
        bins = bin_scores(list(graded.values()), reachable) if enough else ()
        described = ""
        if spread:
            described = _(
                "Half of the submissions have {median} points or more, of {all}. The mean is {mean}."
            ).format(
                median=format_number(spread.median),
                all=format_number(reachable),
                mean=format_number(spread.mean),
            )
        groups = choose_groups(
            {student: group for student, group in room.people.groups.items() if group},
            list(graded),
            min_group=settings.min_group,
        )
        summaries = [
            (name, summarise([graded[student] for student in people]))
            for name, people in groups.items()
        ]
        shared = {
            student: minutes
            for student in room.students
            if (
                minutes := read_minutes(
                    self.classroom.course.folder("submitted", assignment, student)
                )
            )
        }
        times = measure_time(room, shared, min_group=settings.min_group)
        longest = max((time.upper for time in times), default=0.0)
        rooms = [self.classroom.room(name) for name in self._in_order()]
        trends = find_trends(rooms, list(room.people.groups))
        self.show(
            "class.html",
            title=room.title,
            room=room,
            tab="class",
            graded=len(graded),
            enough=enough,
            min_group=settings.min_group,
            described=described,
            bins=bins,
            histogram=draw_histogram(
                bins,
                title=_("How the scores are spread"),
                description=described,
                unit=_("Points"),
            )
            if bins
            else None,
            items=[(item, draw_shares(item) if item.marked else "") for item in items],
            scatter=draw_scatter(items)
            if any(item.discrimination is not None for item in items)
            else None,
            groups=[
                (
                    name,
                    one,
                    draw_bar(one.mean, reachable, _("mean {n}").format(n=format_number(one.mean))),
                )
                for name, one in summaries
                if one is not None
            ],
            has_groups=any(room.people.groups.values()),
            rooms=rooms,
            trends=[
                (
                    trend,
                    draw_line(
                        trend.shares,
                        ", ".join(
                            "–" if share is None else format_percent(share)
                            for share in trend.shares
                        ),
                    ),
                )
                for trend in trends[:MAX_PATHS]
            ],
            more=max(0, len(trends) - MAX_PATHS),
            signs={
                "missing": _("not everything was handed in"),
                "failed": _("something could not be graded"),
                "low": _("less than half of the points in the newest work"),
                "drop": _("a quarter less than in the work before"),
            },
            shared=len(shared) if len(shared) >= settings.min_group else 0,
            times=[
                (
                    time,
                    draw_bar(
                        time.median,
                        longest,
                        _("median {n} minutes").format(n=format_number(time.median)),
                    ),
                )
                for time in times
            ],
            agreements=[
                (question, found)
                for question in room.questions
                if (found := agreement_of(room, question)) is not None
            ],
        )

    def _in_order(self) -> list[str]:
        """Return the assignments as they were due; those without a date stand last, by name."""
        settings = self.classroom.course.settings
        late = datetime.max.replace(tzinfo=UTC)
        return sorted(
            self.classroom.assignments(),
            key=lambda name: (settings.deadline(name).due or late, name),
        )
