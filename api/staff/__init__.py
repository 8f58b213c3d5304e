"""Who works here: accounts, roles, signing in, and the guards of every staff page."""

from api.staff.models import AccessLog, Role, SignInAttempt, Staff, StaffSession

__all__ = ["AccessLog", "Role", "SignInAttempt", "Staff", "StaffSession"]
