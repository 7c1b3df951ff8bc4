"""The programme as a tree from clause to assignments, so that no clause is left without one unseen."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import Invalid, NotFound
from tracker.rules.permissions import Permission
from tracker.rules.targets import Comparator, Target
from tracker.rules.words import N_, RECURRENCES
from tracker.services.context import Context
from tracker.services.duty import recurrence_of
from tracker.services.programme_settings import BOUNDS, set_programme
from tracker.store import programme as store
from tracker.store.measure import shape_of
from tracker.store.opening import single_duties_given
from tracker.store.people import standing_units
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required, overseen
from tracker.web.verbs import number

bp = Blueprint("programmes", __name__, url_prefix="/programmes")

# Clauses that bind somebody: each should have its assignments.
BINDING = frozenset({"duty", "indicator"})


@dataclass
class Branch:
    """A clause with what hangs on it; `open` and `done` count its assignments of the year, children's included."""

    clause: Any
    children: list["Branch"] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    binds: bool = False
    # How often what it binds to comes back, in words.
    recurs: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(n for state, n in self.counts.items() if state != "cancelled")

    @property
    def done(self) -> int:
        return self.counts.get("completed", 0)

    @property
    def left_out(self) -> bool:
        return self.binds and not self.total


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        found = store.programmes(ctx.session)
        if len(found) == 1:
            return redirect(url_for("programmes.show", programme_id=found[0].id))
        return render_template("programmes/index.html", programmes=found)


@bp.get("/<int:programme_id>")
@login_required
def show(programme_id: int) -> ResponseReturnValue:
    return _page(programme_id)


def _page(programme_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        programme = store.load(ctx.session, programme_id)
        if programme is None:
            raise NotFound(N_("Không tìm thấy chương trình này."))
        opened = store.years(ctx.session, programme.id)
        asked = request.args.get("year", type=key)
        year = asked if asked in opened else (ctx.today.year if ctx.today.year in opened else next(iter(opened), None))
        versions = store.versions(ctx.session, programme.id)
        indicators = store.indicators(ctx.session, programme.id)
        tree, left_out = _tree(ctx, programme.id, year)
        return render_template(
            "programmes/show.html",
            programme=programme,
            versions=versions,
            standing=standing_units(ctx.session, programme.id, ctx.today),
            tree=tree,
            left_out=left_out,
            indicators={one.clause_id: one for one in indicators},
            measures=sum(len(one.measures) for one in indicators),
            target_words=_target_words,
            year=year,
            years=opened,
            may_set=programme.id in overseen(ctx, Permission.SET_PROGRAMME),
            may_open=programme.id in overseen(ctx, Permission.ISSUE),
            errors=errors or {},
            values=request.form if errors else vars(programme),
        ), status


@bp.post("/<int:programme_id>/settings")
@login_required
def save_settings(programme_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            set_programme(ctx, programme_id, **{name: number(name) for name in BOUNDS})
    except Invalid as error:
        return _page(programme_id, {error.field or "extension_days": say(error)}, 422)
    flash(_("Đã lưu thông số của chương trình."), "success")
    return redirect(url_for("programmes.show", programme_id=programme_id))


def _tree(ctx: Context, programme_id: int, year: int | None) -> tuple[list[Branch], list[Any]]:
    """(sections with their branches, binding clauses without an assignment in the year)."""
    session, today = ctx.session, ctx.today
    counts = store.assignments_by_clause(session, programme_id, year) if year else {}
    duties: dict[int, list[Any]] = {}
    for duty in store.duties(session, programme_id):
        duties.setdefault(duty.clause_id, []).append(duty)
    # What is done once owes no later year anything.
    settled = single_duties_given(session, programme_id)
    branches = {
        clause.id: Branch(
            clause,
            counts=dict(counts.get(clause.id, {})),
            binds=any(one.id not in settled for one in duties.get(clause.id, []))
            or (clause.kind in BINDING and clause.id not in duties),
            recurs=sorted({_(RECURRENCES[recurrence_of(one, today)]) for one in duties.get(clause.id, [])}),
        )
        for clause in store.clauses_by_ref(session, programme_id).values()
        if clause.retired_in is None
    }
    roots: list[Branch] = []
    for branch in sorted(branches.values(), key=lambda one: one.clause.position):
        parent = branches.get(branch.clause.parent_id)
        (parent.children if parent else roots).append(branch)
    left_out = [branch.clause for branch in branches.values() if branch.left_out]
    for root in roots:
        _add_up(root)
    return sorted(roots, key=lambda root: root.clause.number or 0), left_out


def _target_words(target: Any, measure: Any) -> str:
    """ "2025: < 9,5‰"; a target of every year names none."""
    words = shape_of(measure).words(Target(target.year, Comparator(target.comparator), target.value, target.upper))
    return f"{target.year}: {words}" if target.year else words


def _add_up(branch: Branch) -> None:
    for child in branch.children:
        _add_up(child)
        for state, n in child.counts.items():
            branch.counts[state] = branch.counts.get(state, 0) + n
