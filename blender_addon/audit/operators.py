"""The audit as buttons: look, show, mend one or all of a kind, look through the cameras."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..contract.words import counted, listed
from ..label_render.label_pass import RenderFailed
from ..suggestions import suggestion_list
from ..tab import status
from ..tab.selection import frame_selection, hidden_in_words, select
from . import current_audit
from .file_faults import views_of
from .findings import KINDS, Finding, in_words
from .fixes import ACTIONS, SAFE_FOR_ALL, Outcome, mend, reachable
from .properties import audit_state, fill_findings


class LABELPASS_OT_audit(bpy.types.Operator):
    """Look for all that is wrong with the labels of this scene. Changes nothing"""

    bl_idname = "labelpass.audit"
    bl_label = "Check Labels"
    bl_options = {"REGISTER"}  # looking changes no data

    def execute(self, context):
        found = current_audit.run(context)
        fill_findings(context)
        said = in_words(found.severities) or "nothing wrong"
        self.report({"INFO"}, f"{said}; {counted(found.labelled, 'thing')} labelled")
        return {"FINISHED"}


class LABELPASS_OT_show_finding(bpy.types.Operator):
    """Select what is wrong, and frame it"""

    bl_idname = "labelpass.show_finding"
    bl_label = "Show Finding"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    key: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return _in_object_mode(cls, context)

    def execute(self, context):
        finding = _finding(context, self.key)
        if not finding:
            return _outdated(self, context)
        if not finding.objects:
            self.report({"INFO"}, finding.message)
            return {"CANCELLED"}
        objects = reachable(context.view_layer, finding.objects)
        seen, hidden = select(context, objects, extend=False)
        frame_selection(context)
        if not objects:
            self.report({"WARNING"}, f"{finding.names[0]} is in no collection of this view layer: nothing to select")
            return {"CANCELLED"}
        what = "selected" if {obj.session_uid for obj in objects} & {each.uid for each in finding.objects} else (
            f"selected, which show{'s' * (len(seen) == 1)} {finding.names[0]!r}"
        )  # fmt: skip
        said = f"{counted(len(seen), 'object')} {what}{hidden_in_words(hidden)}"
        self.report({"WARNING"} if hidden else {"INFO"}, said)
        return {"FINISHED"}


class LABELPASS_OT_mend_finding(bpy.types.Operator):
    """Mend what is wrong"""

    bl_idname = "labelpass.mend_finding"
    bl_label = "Mend Finding"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    key: StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    action: EnumProperty(items=[(key, key, said) for key, (_, said) in ACTIONS.items()], options={"HIDDEN"})
    label_id: IntProperty(name="Label Id", description="0: the suggested one", min=0, options={"HIDDEN", "SKIP_SAVE"})
    of_kind: BoolProperty(name="All of This Kind", options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        return status.needs_label_set(cls, context) and _in_object_mode(cls, context)

    @classmethod
    def description(cls, context, properties):
        said, finding = ACTIONS[properties.action][1], _finding(context, properties.key)
        if not finding or not properties.of_kind:
            return said
        return f"{said}: all {len(_alike(context, finding, properties.action))} of kind '{KINDS[finding.kind]}'"

    def execute(self, context):
        finding = current_audit.to_act_on(context, self.of_kind).findings.get(self.key)
        if not finding:
            return _outdated(self, context)
        if self.of_kind and (finding.kind, self.action) not in SAFE_FOR_ALL:
            self.report({"WARNING"}, "Not for all at once: look at each")
            return {"CANCELLED"}
        wanted = _alike(context, finding, self.action) if self.of_kind else [finding]
        done = mend(context.view_layer, status.label_set(context.scene), wanted, self.action, self.label_id)
        return _tell(self, context, wanted, done)


class LABELPASS_OT_show_kind(bpy.types.Operator):
    """List findings of this kind alone"""

    bl_idname = "labelpass.show_kind"
    bl_label = "Show Kind"
    bl_options = {"INTERNAL"}

    kind: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context):
        audit_state(context).kind = self.kind
        fill_findings(context)
        return {"FINISHED"}


class LABELPASS_OT_measure_findings(bpy.types.Operator):
    """Look through the scene's views, small, and count the pixels that each finding covers. Esc stops"""

    bl_idname = "labelpass.measure_findings"
    bl_label = "Measure from Cameras"
    bl_options = {"REGISTER"}  # all that the looks change is put back

    @classmethod
    def poll(cls, context):
        why = (
            (current_audit.measuring(), "The views are being looked through"),
            (bpy.app.is_job_running("RENDER"), "Wait for the render to end"),
            (context.mode != "OBJECT", "Works in object mode (Tab leaves edit mode)"),
        )
        reason = next((text for wrong, text in why if wrong), "")
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def execute(self, context):
        """All at once, for scripts."""
        if not self._begin(context):
            return {"CANCELLED"}
        while self._step(context):
            pass
        return {"CANCELLED"} if self.failed else {"FINISHED"}

    def invoke(self, context, _event):
        if not self._begin(context):
            return {"CANCELLED"}
        self.waits = 3  # ticks, for Blender to draw that it has begun: a view keeps it for a second
        self.timer = context.window_manager.event_timer_add(0.05, window=context.window)
        context.window_manager.modal_handler_add(self)
        context.workspace.status_text_set("Labelpass: looking through the first view. Esc stops")
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Everything else waits: the scene is changed from one look to the next."""
        if event.type == "ESC":
            self.looks.close()
            self.report({"INFO"}, "stopped; what the views so far show stays")
        elif event.type != "TIMER" or self._waits() or self._step(context):
            return {"RUNNING_MODAL"}
        self._end(context)
        return {"CANCELLED"} if self.failed or event.type == "ESC" else {"FINISHED"}

    def _waits(self) -> bool:
        self.waits -= 1
        return self.waits >= 0

    def cancel(self, context):
        self.looks.close()
        self._end(context)

    def _begin(self, context) -> bool:
        views, why = views_of(context.scene)
        if not views:
            self.report({"WARNING"}, why[0].message)
            return False
        current_audit.run(context)
        fill_findings(context)
        self.failed, self.looks = False, current_audit.measure_views(context)
        return True

    def _step(self, context) -> bool:
        """One view; False after the last."""
        try:
            seen = next(self.looks)
        except StopIteration:
            return False
        except RenderFailed as error:
            self.failed = True
            self.report({"ERROR"}, str(error))
            return False
        fill_findings(context)
        if context.workspace:
            context.workspace.status_text_set(
                f"Labelpass: {counted(seen.looks.views, 'view')} looked through. Esc stops"
            )
        status.redraw_sidebars()
        return True

    def _end(self, context) -> None:
        context.window_manager.event_timer_remove(self.timer)
        context.workspace.status_text_set(None)
        fill_findings(context)
        status.redraw_sidebars()


def _in_object_mode(operator: type, context) -> bool:
    if current_audit.measuring():
        operator.poll_message_set("The views are being looked through: Esc stops")
        return False
    if context.mode != "OBJECT":
        operator.poll_message_set("Works in object mode (Tab leaves edit mode)")
        return False
    return True


def _finding(context, key: str) -> Finding | None:
    found = current_audit.last(context.scene, context.view_layer)
    return found.findings.get(key) if found else None


def _alike(context, finding: Finding, action: str) -> list[Finding]:
    return current_audit.last(context.scene, context.view_layer).alike(finding, action)


def _outdated(operator, context) -> set[str]:
    fill_findings(context)
    operator.report({"WARNING"}, "This finding no longer holds: something has changed since")
    return {"CANCELLED"}


def _tell(operator, context, wanted: list[Finding], done: Outcome) -> set[str]:
    """Say what was mended and what was not, and look at the scene anew."""
    status.forget()
    suggestion_list.forget()
    current_audit.run(context)
    fill_findings(context)
    what, labels = ACTIONS[operator.action][0], status.label_set(context.scene).by_id
    if operator.action in {"label", "take"} and len(wanted) == 1:
        label = labels.get(operator.label_id or (wanted[0].fix.label_id if wanted[0].fix else 0))
        what += f" {label.name}" if label else ""
    which = repr(wanted[0].names[0]) if len(wanted) == 1 else str(done.done)
    said = f"{which} {what}" if done.done else "nothing was changed"
    if done.left:
        left = [f"{name}: {why}" for name, why in done.left.items()]
        said += f"; {len(left)} left alone: {listed(left, 3, '; ')}"
    operator.report({"WARNING"} if done.left else {"INFO"}, said)
    return {"FINISHED"} if done.done else {"CANCELLED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LABELPASS_OT_audit,
        LABELPASS_OT_show_finding,
        LABELPASS_OT_mend_finding,
        LABELPASS_OT_show_kind,
        LABELPASS_OT_measure_findings,
    )
)
