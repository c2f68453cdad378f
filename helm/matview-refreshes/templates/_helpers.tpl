{{/*
Sets fields, and those of the maps among them, on a map that is changed in place; null removes. Takes onto, fields.
A certificate authority is a Secret or a ConfigMap, never both: it is replaced as a whole.
*/}}
{{- define "matview-refreshes.apply" -}}
{{- range $field, $value := .fields }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $.onto $field }}
{{- else if kindIs "map" $value }}
{{- if or (eq $field "ca") (not (kindIs "map" (get $.onto $field))) }}
{{- $_ := set $.onto $field dict }}
{{- end }}
{{- include "matview-refreshes.apply" (dict "onto" (get $.onto $field) "fields" $value) }}
{{- else }}
{{- $_ := set $.onto $field $value }}
{{- end }}
{{- end }}
{{- end }}
