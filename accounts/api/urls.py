"""The account routes, under /api/v1/."""

from django.urls import path

from accounts.api import facility, impersonation, imports, rules, samples, views, visits

HERE = "beamlines/<str:beamline>/"

urlpatterns = [
    path(HERE + "groups", rules.GroupsView.as_view(), name="groups"),
    path(HERE + "groups/<str:group>", rules.GroupView.as_view(), name="group"),
    path(HERE + "rules", rules.RulesView.as_view(), name="rules"),
    path(HERE + "rules/<str:uid>", rules.RuleView.as_view(), name="rule"),
    path(HERE + "staff", facility.StaffView.as_view(), name="staff"),
    path(HERE + "staff/<str:username>", facility.StaffMemberView.as_view(), name="staff-member"),
    path("people", facility.PeopleView.as_view(), name="people"),
    path("people/activity", facility.PeopleActivityView.as_view(), name="people-activity"),
    path("visits", visits.VisitsView.as_view(), name="visits"),
    path("visits/<str:visit>", visits.VisitView.as_view(), name="visit"),
    path("visits/<str:visit>/members", visits.VisitMembersView.as_view(), name="visit-members"),
    path("visits/<str:visit>/members/<str:username>", visits.VisitMemberView.as_view(), name="visit-member"),
    path("samples", samples.SamplesView.as_view(), name="samples"),
    path("samples/<str:sample>", samples.SampleView.as_view(), name="sample"),
    path("samples/<str:sample>/label", samples.SampleLabelView.as_view(), name="sample-label"),
    path("impersonation", impersonation.ImpersonationView.as_view(), name="impersonation"),
    path("facility/imports", imports.ImportsView.as_view(), name="facility-imports"),
    path("audit/file", facility.AuditFileView.as_view(), name="audit-file"),
    path("proposals/<str:number>/publication", facility.PublicationView.as_view(), name="publication"),
    path("me", views.MeView.as_view(), name="me"),
    path("keys", views.KeysView.as_view(), name="keys"),
    path("keys/<str:prefix>", views.KeyView.as_view(), name="key"),
    path("audit", views.AuditView.as_view(), name="audit"),
    path("proposals", views.ProposalsView.as_view(), name="proposals"),
    path("proposals/<str:number>", views.ProposalView.as_view(), name="proposal"),
    path("proposals/<str:number>/members", views.MembersView.as_view(), name="members"),
    path("proposals/<str:number>/members/<str:username>", views.MemberView.as_view(), name="member"),
]
