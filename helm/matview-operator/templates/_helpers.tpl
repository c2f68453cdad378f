{{- define "matview-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of what is the release's own. */}}
{{- define "matview-operator.fullname" -}}
{{- $name := include "matview-operator.name" . }}
{{- $default := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $default .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
The name of a claim, the same for every release: on the whole cluster or on a namespace that is served, and on the lease.
Two operators that serve one namespace would do everything twice, so the second release must not come to be.
*/}}
{{- define "matview-operator.claim" -}}
matview-operator
{{- end }}
{{- define "matview-operator.leaseClaim" -}}
matview-operator-leader-election
{{- end }}

{{/* The name of what the release alone has, in no namespace. */}}
{{- define "matview-operator.clusterName" -}}
{{- if .Values.watch.namespaces -}}
{{ .Release.Namespace }}.{{ include "matview-operator.fullname" . }}
{{- else -}}
{{ include "matview-operator.claim" . }}
{{- end }}
{{- end }}

{{/* Whether whoever installs may write objects that are in no namespace. */}}
{{- define "matview-operator.byAdmin" -}}
{{- if or .Values.crds.create (not .Values.watch.namespaces) }}true{{ end }}
{{- end }}

{{- define "matview-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "matview-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "matview-operator.labels" -}}
{{ include "matview-operator.selectorLabels" . }}
{{ include "matview-operator.commonLabels" . }}
{{- end }}

{{- define "matview-operator.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: matview
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "matview-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "matview-operator.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "matview-operator.refreshServiceAccountName" -}}
{{- with .Values.cronJobs.serviceAccount }}
{{- default (ternary "matview-refresh" "default" .create) .name }}
{{- end }}
{{- end }}

{{- define "matview-operator.image" -}}
{{- with .Values.image }}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whoever serves the pod: no root, nothing to gain, nothing to write but /tmp. Fits the Pod Security Standard "restricted". */}}
{{- define "matview-operator.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}
{{- define "matview-operator.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Settings of every connection, which the operator hands on to CronJobs' pods, and of its log. */}}
{{- define "matview-operator.connectionEnv" -}}
{{- with .Values.database.allowedHosts }}
- name: MATVIEW_ALLOWED_DATABASE_HOSTS
  value: {{ join "," . | quote }}
{{- end }}
- name: MATVIEW_REQUIRE_AUTH
  value: {{ .Values.database.requireAuth | quote }}
- name: MATVIEW_ALLOW_LOOPBACK
  value: {{ .Values.database.allowLoopback | quote }}
- name: MATVIEW_CONNECT_TIMEOUT
  value: {{ .Values.database.connectTimeout | quote }}
- name: MATVIEW_LOG_LEVEL
  value: {{ .Values.log.level | quote }}
- name: MATVIEW_LOG_JSON
  value: {{ eq .Values.log.format "json" | quote }}
{{- end }}

{{/* A duration such as 500ms, 10s, 5m or 1h in milliseconds. */}}
{{- define "matview-operator.milliseconds" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- mul $number (get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000) (regexFind "[a-z]+$" .)) }}
{{- end }}
