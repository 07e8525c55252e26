{{/*
Refuses values with which an app could not start, all of them in one message. Settings that files in Secrets hold are not
known here; the apps check them.
*/}}
{{- define "reseal.require" -}}
{{- $missing := list -}}
{{- if not .Values.postgresql.host }}{{ $missing = append $missing "postgresql.host: the host of PostgreSQL" }}{{ end -}}
{{- if not .Values.temporal.address }}{{ $missing = append $missing "temporal.address: host:port of Temporal's frontend" }}{{ end -}}
{{- if not .Values.kafka.brokers }}{{ $missing = append $missing "kafka.brokers: host:port of Kafka's brokers" }}{{ end -}}
{{- $needed := dict
  "worker" (list "RESEAL_TELECOM_URL" "RESEAL_ONE_WON_URL" "RESEAL_DOCUMENT_URL" "RESEAL_SMS_URL" "RESEAL_SMTP_URL" "RESEAL_MAIL_FROM" "RESEAL_OIDC_ISSUER")
  "ops" (list "RESEAL_OIDC_ISSUER")
  "signer" (list "RESEAL_STATUS_URL") -}}
{{- if eq .Values.environment "production" }}{{ $_ := set $needed "gateway" (list "RESEAL_API_KEYS") }}{{ end -}}
{{- range $app, $spec := include "reseal.apps" . | fromYaml -}}
{{- $settings := include "reseal.settings" (dict "root" $ "app" $app "spec" $spec) | fromYaml -}}
{{- range index $needed $app -}}
{{- if not (or (hasKey $settings .) (hasKey $settings (printf "%s_FILE" .))) }}{{ $missing = append $missing (printf "%s.settings.%s, or settings.%s" $app . .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- with $missing }}{{ fail (printf "\n\nThese values are missing:\n  %s\n" (join "\n  " .)) }}{{ end -}}
{{- if and .Values.sandbox.enabled (eq .Values.environment "production") -}}
{{- fail "\n\nsandbox.enabled: the sandbox hands out codes and passwords, and never runs in production. Set environment to test.\n" -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.hosts.gateway (not .Values.gateway.settings.RESEAL_TRUST_PROXY) -}}
{{- fail "\n\ngateway.settings.RESEAL_TRUST_PROXY: without it all customers have the address of the ingress, and share its limits.\n" -}}
{{- end -}}
{{- end -}}
