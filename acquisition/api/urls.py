"""Routes of the acquisition side, mounted at /api/v1/."""

from django.urls import path

from acquisition.api import views

HERE = "beamlines/<slug:beamline>/"

urlpatterns = [
    path("beamlines", views.BeamlinesView.as_view(), name="beamlines"),
    path(HERE + "status", views.StatusView.as_view(), name="beamline-status"),
    path(HERE + "plans", views.PlansView.as_view(), name="beamline-plans"),
    path(HERE + "plans/<str:plan>", views.PlanView.as_view(), name="beamline-plan"),
    path(HERE + "devices", views.DevicesView.as_view(), name="beamline-devices"),
    path(HERE + "values", views.ValuesView.as_view(), name="beamline-values"),
    path(HERE + "queue", views.QueueView.as_view(), name="queue"),
    path(HERE + "queue/items", views.ItemsView.as_view(), name="queue-items"),
    path(HERE + "queue/items/<str:uid>", views.ItemView.as_view(), name="queue-item"),
    path(HERE + "queue/items/<str:uid>/move", views.MoveView.as_view(), name="queue-move"),
    path(HERE + "queue/start", views.StartView.as_view(), name="queue-start"),
    path(HERE + "queue/hold", views.HoldView.as_view(), name="queue-hold"),
    path(HERE + "queue/clear", views.ClearView.as_view(), name="queue-clear"),
    path(HERE + "queue/run-now", views.RunNowView.as_view(), name="queue-run-now"),
    path(HERE + "history", views.HistoryView.as_view(), name="queue-history"),
    path(HERE + "engine/commands/<str:uid>", views.CommandView.as_view(), name="engine-command"),
    path(HERE + "engine/<str:action>", views.EngineActionView.as_view(), name="engine-action"),
    path(HERE + "control", views.ControlView.as_view(), name="control"),
    path(HERE + "control/take", views.TakeControlView.as_view(), name="control-take"),
    path(HERE + "control/keep", views.KeepControlView.as_view(), name="control-keep"),
    path(HERE + "control/release", views.ReleaseControlView.as_view(), name="control-release"),
    path(HERE + "console", views.ConsoleView.as_view(), name="console"),
    path(HERE + "dry-run", views.DryRunView.as_view(), name="dry-run"),
]
