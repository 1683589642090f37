#!/bin/bash
# Healthy means: registered, and the agent's process runs in normal mode.
set -euo pipefail
grep -qs '^token *= *[^ ]' "${AGENT_HOME:=/opt/Okta/OktaLDAPAgent}/conf/OktaLDAPAgent.conf"
pgrep -f -- '-mode normal' > /dev/null
