{{- define "heliograph.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "heliograph.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "heliograph.labels" -}}
{{ include "heliograph.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The environment variable of a setting. */}}
{{- define "heliograph.variable" -}}
HELIOGRAPH_{{ . | replace "." "_" | replace "-" "_" | upper }}
{{- end -}}

{{/* What would render, but not run. */}}
{{- define "heliograph.check" -}}
{{- $type := get .Values.settings "log.type" | default "memory" -}}
{{- if and (gt (int .Values.replicas) 1) (ne $type "redis") -}}
{{- fail (printf "replicas is %v, but only with settings log.type: redis do several nodes share their events." .Values.replicas) -}}
{{- end -}}
{{- if ne .Values.persistence.enabled (eq $type "file") -}}
{{- fail (printf "persistence.enabled is %v with log.type: %s. Set both persistence.enabled: true and settings log.type: file, or neither." .Values.persistence.enabled $type) -}}
{{- end -}}
{{- if eq (get .Values.settings "auth.mode" | toString) "jwt" -}}
{{- if not (or (hasKey .Values.secrets "auth.jwt.secret") (hasKey .Values.settings "auth.jwt.jwks-url") (hasKey .Values.settings "auth.jwt.key-file") (hasKey .Values.settings "auth.jwt.secret-file")) -}}
{{- fail "auth.mode is jwt, but there is no key: set secrets auth.jwt.secret, or settings auth.jwt.jwks-url or auth.jwt.key-file." -}}
{{- end -}}
{{- else if ne (get .Values.settings "auth.allow-off-beyond-loopback" | toString) "true" -}}
{{- fail "auth.mode is not jwt, so the server would not start where other pods can reach it. To let every caller read and publish, set settings auth.allow-off-beyond-loopback: true." -}}
{{- end -}}
{{- end -}}
