# What the tutorial sets up in an Okta org, for those who prefer Terraform to the Admin Console and `npm run okta:app`.
# README.md beside this file says how to use it, what it leaves out, and what was tried of it.

terraform {
  required_version = ">= 1.5"

  required_providers {
    okta = {
      source  = "okta/okta"
      version = "~> 7.0"
    }
  }
}

# Credentials come from the environment: OKTA_API_TOKEN, or OKTA_API_CLIENT_ID with OKTA_API_PRIVATE_KEY_ID,
# OKTA_API_PRIVATE_KEY and OKTA_API_SCOPES.
provider "okta" {
  org_name = var.org_name
  base_url = var.base_url
}

variable "org_name" {
  description = "The org's name: integrator-1234567 of https://integrator-1234567.okta.com"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]*$", var.org_name)) && !endswith(var.org_name, "-admin")
    error_message = "Write the name alone, without https://, without .okta.com, and without the -admin of the Admin Console."
  }
}

variable "base_url" {
  description = "The rest of the org's host: okta.com, oktapreview.com, okta-emea.com"
  type        = string
  default     = "okta.com"
}

variable "app_base_urls" {
  description = "Where browsers reach the app, one entry per place, without a slash at the end"
  type        = list(string)
  default     = ["http://localhost:8080"]

  validation {
    condition     = alltrue([for url in var.app_base_urls : can(regex("^https?://[^/]+$", url))])
    error_message = "Each is scheme, host and port, without a slash at the end: Okta compares redirect URIs to the letter."
  }
}

variable "service_user_password" {
  description = "Password of ldap-user@example.com, as whom step 3 binds to the LDAP Interface. It ends up in the state."
  type        = string
  sensitive   = true
}

variable "password_hook" {
  description = "The service of packages/password-hook: its address and shared secret. Null makes no hook."
  type = object({
    url    = string
    secret = string
  })
  default   = null
  sensitive = true
}

locals {
  org_url = "https://${var.org_name}.${var.base_url}"
}

# --- Step 3: the service user of the LDAP Interface, who may read users and groups and nothing else ---

resource "okta_user" "ldap" {
  first_name = "LDAP"
  last_name  = "Service"
  login      = "ldap-user@example.com"
  email      = "ldap-user@example.com"
  password   = var.service_user_password
}

resource "okta_admin_role_custom" "reader" {
  label       = "groups-user-reader"
  description = "View users and their details, view groups and their details"
  permissions = ["okta.users.read", "okta.groups.read"]
}

resource "okta_resource_set" "users_and_groups" {
  label       = "Users & Groups"
  description = "All users and all groups of the org"
  resources = [
    "${local.org_url}/api/v1/users",
    "${local.org_url}/api/v1/groups",
  ]
}

resource "okta_admin_role_custom_assignments" "ldap" {
  resource_set_id = okta_resource_set.users_and_groups.id
  custom_role_id  = okta_admin_role_custom.reader.id
  members         = ["${local.org_url}/api/v1/users/${okta_user.ldap.id}"]
}

# --- Step 4: the OIDC web app, for everybody ---

data "okta_group" "everyone" {
  name = "Everyone"
  type = "BUILT_IN"
}

resource "okta_app_oauth" "tutorial" {
  label                      = "Directory tutorial"
  type                       = "web"
  grant_types                = ["authorization_code"]
  response_types             = ["code"]
  token_endpoint_auth_method = "client_secret_basic"
  pkce_required              = true

  # The path is fixed in the adapter of AUTH_MODE=oidc. The slash behind the second is part of the address.
  redirect_uris             = [for url in var.app_base_urls : "${url}/authorization-code/callback"]
  post_logout_redirect_uris = [for url in var.app_base_urls : "${url}/"]
}

resource "okta_app_group_assignment" "everyone" {
  app_id   = okta_app_oauth.tutorial.id
  group_id = data.okta_group.everyone.id
}

# --- Step 5: passwords that Okta cannot import as hashes are judged by the directory, once ---

resource "okta_inline_hook" "password_import" {
  count = nonsensitive(var.password_hook != null) ? 1 : 0

  name    = "Password import from OpenLDAP"
  version = "1.0.0"
  type    = "com.okta.user.credential.password.import"

  channel = {
    version = "1.0.0"
    uri     = var.password_hook.url
    method  = "POST"
  }

  auth = {
    key   = "Authorization"
    type  = "HEADER"
    value = var.password_hook.secret
  }
}

# --- What goes into .env ---

output "issuer" {
  description = "ISSUER. Without API Access Management the org's own server: the address without /oauth2/default."
  value       = "${local.org_url}/oauth2/default"
}

output "client_id" {
  description = "CLIENT_ID"
  value       = okta_app_oauth.tutorial.client_id
}

output "client_secret" {
  description = "CLIENT_SECRET: terraform output -raw client_secret"
  value       = okta_app_oauth.tutorial.client_secret
  sensitive   = true
}
