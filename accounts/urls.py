"""Pages of signing in and out."""

from django.urls import path

from accounts import views
from accounts.door import views as door

urlpatterns = [
    path("login", views.SignInView.as_view(), name="login"),
    path("login/provider", door.ask_provider, name="login-provider"),
    path("login/provider/answer", door.answer_of_provider, name="login-provider-answer"),
    path("login/code", door.code_at_door, name="login-code"),
    path("login/enrol", door.enrol_at_door, name="login-enrol"),
    path("login/password", door.password_by_code, name="password-by-code"),
    path("logout", views.SignOutView.as_view(), name="logout"),
    path("account/password", views.ChangePasswordView.as_view(), name="password_change"),
    path("account/password/done", views.PasswordChangedView.as_view(), name="password_change_done"),
    path("account/second-factor", door.own_second_factor, name="second-factor"),
    path("account/sessions/end-others", door.end_other_sessions, name="sessions-end-others"),
    path("account/sessions/<str:handle>/end", door.end_session, name="session-end"),
    path("accounts/<str:username>/password/code", door.make_password_code, name="password-code-make"),
    path("accounts/<str:username>/sessions/end", door.end_sessions_of, name="sessions-end-of"),
    path("accounts/<str:username>/second-factor/reset", door.reset_second_factor, name="second-factor-reset"),
]
