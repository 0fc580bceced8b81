"""Routes of the acquisition side, mounted at /api/v1/."""

from django.urls import path

from acquisition.api import items, views

HERE = "beamlines/<slug:beamline>/"

urlpatterns = [
    path("beamlines", views.BeamlinesView.as_view(), name="beamlines"),
    path(HERE + "status", views.StatusView.as_view(), name="beamline-status"),
    path(HERE + "plans", views.PlansView.as_view(), name="beamline-plans"),
    path(HERE + "plans/<str:plan>", views.PlanView.as_view(), name="beamline-plan"),
    path(HERE + "devices", views.DevicesView.as_view(), name="beamline-devices"),
    path(HERE + "devices/<str:device>/move", views.DeviceMoveView.as_view(), name="device-move"),
    path(HERE + "devices/<str:device>/read", views.DeviceReadView.as_view(), name="device-read"),
    path(HERE + "devices/<str:device>/stop", views.DeviceStopView.as_view(), name="device-stop"),
    path(HERE + "permits", views.PermitsView.as_view(), name="permits"),
    path(HERE + "values", views.ValuesView.as_view(), name="beamline-values"),
    path(HERE + "queue", views.QueueView.as_view(), name="queue"),
    path(HERE + "queue/items", items.ItemsView.as_view(), name="queue-items"),
    path(HERE + "queue/items/<str:uid>", items.ItemView.as_view(), name="queue-item"),
    path(HERE + "queue/items/<str:uid>/move", items.MoveView.as_view(), name="queue-move"),
    path(HERE + "queue/items/<str:uid>/replace", items.ReplaceView.as_view(), name="queue-replace"),
    path(HERE + "queue/items/<str:uid>/duplicate", items.DuplicateView.as_view(), name="queue-duplicate"),
    path(HERE + "queue/items/<str:uid>/approve", items.ApproveView.as_view(), name="queue-approve"),
    path(HERE + "queue/items/<str:uid>/deny", items.DenyView.as_view(), name="queue-deny"),
    path(HERE + "queue/items/<str:uid>/export", items.ItemExportView.as_view(), name="queue-item-export"),
    path(HERE + "queue/batch", items.BatchView.as_view(), name="queue-batch"),
    path(HERE + "queue/table", items.SheetView.as_view(), name="queue-table"),
    path(HERE + "queue/proposed", items.ProposeView.as_view(), name="queue-propose"),
    path(HERE + "queue/move", items.MoveNamedView.as_view(), name="queue-move-batch"),
    path(HERE + "queue/remove", items.RemoveNamedView.as_view(), name="queue-remove-batch"),
    path(HERE + "queue/export", items.QueueExportView.as_view(), name="queue-export"),
    path(HERE + "queue/modes", views.ModesView.as_view(), name="queue-modes"),
    path(HERE + "queue/stop-after", views.StopAfterView.as_view(), name="queue-stop-after"),
    path(HERE + "presets", views.PresetsView.as_view(), name="presets"),
    path(HERE + "presets/<str:uid>", views.PresetView.as_view(), name="preset"),
    path(HERE + "queue/start", views.StartView.as_view(), name="queue-start"),
    path(HERE + "queue/hold", views.HoldView.as_view(), name="queue-hold"),
    path(HERE + "queue/clear", items.ClearView.as_view(), name="queue-clear"),
    path(HERE + "queue/run-now", items.RunNowView.as_view(), name="queue-run-now"),
    path(HERE + "history", views.HistoryView.as_view(), name="queue-history"),
    path(HERE + "engine/commands/<str:uid>", views.CommandView.as_view(), name="engine-command"),
    path(HERE + "engine/<str:action>", views.EngineActionView.as_view(), name="engine-action"),
    path(HERE + "environment", views.EnvironmentView.as_view(), name="environment"),
    path(HERE + "environment/<str:action>", views.EnvironmentActionView.as_view(), name="environment-action"),
    path(HERE + "control", views.ControlView.as_view(), name="control"),
    path(HERE + "control/take", views.TakeControlView.as_view(), name="control-take"),
    path(HERE + "control/keep", views.KeepControlView.as_view(), name="control-keep"),
    path(HERE + "control/release", views.ReleaseControlView.as_view(), name="control-release"),
    path(HERE + "console", views.ConsoleView.as_view(), name="console"),
    path(HERE + "dry-run", views.DryRunView.as_view(), name="dry-run"),
]
