"""Pages of signing in and out."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("login", views.SignInView.as_view(), name="login"),
    path("logout", views.SignOutView.as_view(), name="logout"),
    path("account/password", views.ChangePasswordView.as_view(), name="password_change"),
    path("account/password/done", views.PasswordChangedView.as_view(), name="password_change_done"),
]
