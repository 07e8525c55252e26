{{/* The first part of all names. */}}
{{- define "reseal.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 }}{{ end -}}
{{- end -}}

{{/*
What is fixed for each app: its ports, the names of their settings, and which engines it uses. Without `port` an app serves
only readiness and metrics.
*/}}
{{- define "reseal.apps" -}}
gateway: {port: 3000, portSetting: RESEAL_GATEWAY_PORT, metricsPort: 3010, temporal: true}
ops: {port: 3001, portSetting: RESEAL_OPS_PORT, metricsPort: 3011, temporal: true}
status: {port: 3002, portSetting: RESEAL_STATUS_PORT, metricsPort: 3012}
worker: {metricsPort: 3004, temporal: true, kafka: true}
signer: {metricsPort: 3005, temporal: true}
{{- if .Values.sandbox.enabled }}
sandbox: {port: 3003, portSetting: RESEAL_SANDBOX_PORT, metricsPort: 3013, temporal: true, smtpPort: 3025}
{{- end }}
{{- end -}}

{{- define "reseal.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .app }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "reseal.labels" -}}
{{ include "reseal.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "reseal.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "reseal.secretName" -}}
{{ (index .root.Values .app).secretName | default (printf "%s-%s" (include "reseal.fullname" .root) .app) }}
{{- end -}}

{{/* Where an app's Secret is mounted. */}}
{{- define "reseal.secretsFolder" -}}/etc/reseal/secrets{{- end -}}

{{/*
The settings of an app as YAML: what the chart knows, then `settings` of all apps, then those of the app. Call with a
dictionary of root, app and spec (the app's entry of `reseal.apps`).
*/}}
{{- define "reseal.settings" -}}
{{- $values := .root.Values -}}
{{- $app := index $values .app -}}
{{- $fullname := include "reseal.fullname" .root -}}
{{- $settings := dict -}}
{{- if ne .app "setup" }}{{ $settings = dict "RESEAL_ENV" $values.environment }}{{ end -}}
{{- with .spec.metricsPort }}{{ $settings = merge $settings (dict "RESEAL_METRICS_HOST" "0.0.0.0" "RESEAL_METRICS_PORT" .) }}{{ end -}}
{{- if .spec.port }}{{ $settings = merge $settings (dict "RESEAL_HOST" "0.0.0.0" .spec.portSetting .spec.port "RESEAL_DRAIN_MS" (mul $values.drainSeconds 1000)) }}{{ end -}}
{{- $role := printf "reseal_%s" (.role | default .app) -}}
{{- $path := printf "%v/%s" $values.postgresql.port (eq .app "sandbox" | ternary "reseal_sandbox" $values.postgresql.database) -}}
{{- $direct := printf "postgres://%s@%s:%s" $role $values.postgresql.host $path -}}
{{- if and $values.postgresql.pooler.host (not (has .app (list "setup" "sandbox"))) -}}
{{- $pooled := printf "postgres://%s@%s:%v/%s" $role $values.postgresql.pooler.host $values.postgresql.pooler.port $values.postgresql.database -}}
{{- $settings = merge $settings (dict "RESEAL_DATABASE_URL" $pooled "RESEAL_DATABASE_DIRECT_URL" $direct) -}}
{{- else -}}
{{- $settings = merge $settings (dict "RESEAL_DATABASE_URL" $direct) -}}
{{- end -}}
{{- if .spec.temporal }}{{ $settings = merge $settings (dict "RESEAL_TEMPORAL_ADDRESS" $values.temporal.address "RESEAL_TEMPORAL_NAMESPACE" $values.temporal.namespace) }}{{ end -}}
{{- if and .spec.temporal $values.temporal.serverName }}{{ $settings = merge $settings (dict "RESEAL_TEMPORAL_SERVER_NAME" $values.temporal.serverName) }}{{ end -}}
{{- if .spec.kafka }}{{ $settings = merge $settings (dict "RESEAL_KAFKA_BROKERS" (join "," $values.kafka.brokers)) }}{{ end -}}
{{- if eq .app "signer" -}}
{{- $settings = merge $settings (dict "RESEAL_CA_DIRECTORY" "/etc/reseal/ca") -}}
{{- if $app.journalClaim }}{{ $settings = merge $settings (dict "RESEAL_SIGNER_JOURNAL" "/var/lib/reseal/journal") }}{{ end -}}
{{- end -}}
{{- if and (eq .app "setup") $app.rolesSecretName }}{{ $settings = merge $settings (dict "RESEAL_SECRETS_DIRECTORY" "/etc/reseal/roles") }}{{ end -}}
{{- if eq .app "ops" }}{{ $settings = merge $settings (dict "RESEAL_OCSP_URL" (printf "http://%s-status/ocsp" $fullname)) }}{{ end -}}
{{- if eq .app "status" }}{{ $settings = merge $settings (dict "RESEAL_OCSP_DIRECTORY" "/etc/reseal/ocsp") }}{{ end -}}
{{- if $values.sandbox.enabled -}}
{{- $sandbox := printf "http://%s-sandbox:3003" $fullname -}}
{{- if eq .app "worker" -}}
{{- $settings = merge $settings (dict "RESEAL_TELECOM_URL" (printf "%s/v1/telecom,%s/v1/telecom-2" $sandbox $sandbox) "RESEAL_ONE_WON_URL" (printf "%s/v1/one-won" $sandbox) "RESEAL_DOCUMENT_URL" (printf "%s/v1/document" $sandbox) "RESEAL_SMS_URL" (printf "%s/v1/sms" $sandbox) "RESEAL_SMTP_URL" (printf "smtp://%s-sandbox:3025" $fullname) "RESEAL_MAIL_FROM" "Reseal <no-reply@reseal.example>") -}}
{{- end -}}
{{- if has .app (list "worker" "ops") }}{{ $settings = merge $settings (dict "RESEAL_OIDC_ISSUER" (printf "%s/oidc" $sandbox)) }}{{ end -}}
{{- if eq .app "sandbox" -}}
{{- $registry := printf "postgres://%s@%s:%v/%s" $role $values.postgresql.host $values.postgresql.port $values.postgresql.database -}}
{{- $settings = merge $settings (dict "RESEAL_SANDBOX_SMTP_PORT" .spec.smtpPort "RESEAL_REGISTRY_DATABASE_URL" $registry) -}}
{{- end -}}
{{- end -}}
{{- range $setting, $key := $app.files }}{{ $_ := set $settings $setting (printf "%s/%s" (include "reseal.secretsFolder" $) $key) }}{{ end -}}
{{- range $setting, $value := $values.settings }}{{ $_ := set $settings $setting $value }}{{ end -}}
{{- range $setting, $value := $app.settings }}{{ $_ := set $settings $setting $value }}{{ end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* The same as a container's environment. A number is written without an exponent. */}}
{{- define "reseal.env" -}}
{{- range $name, $value := include "reseal.settings" . | fromYaml }}
- name: {{ $name }}
  value: {{ if kindIs "float64" $value }}{{ if eq (floor $value) $value }}{{ int64 $value | toString | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- end }}
{{- end -}}

{{- define "reseal.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
# Key files are readable for this group only.
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "reseal.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* What all pods have: no token for the API, no variables of Services, the restricted Pod Security Standard. */}}
{{- define "reseal.podDefaults" -}}
serviceAccountName: {{ include "reseal.fullname" .root }}-{{ .app }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext: {{ include "reseal.podSecurityContext" . | nindent 2 }}
{{- with (index .root.Values .app).nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with (index .root.Values .app).tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The folder with the app's Secret, and what the bank adds. */}}
{{- define "reseal.volumes" -}}
{{- $app := index .root.Values .app -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret: {name: {{ include "reseal.secretName" . }}}
      {{- range $app.moreSecrets }}
      - secret: {{ toYaml . | nindent 10 }}
      {{- end }}
{{- with $app.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "reseal.volumeMounts" -}}
- {name: secrets, mountPath: {{ include "reseal.secretsFolder" . }}, readOnly: true}
{{- with (index .root.Values .app).extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
