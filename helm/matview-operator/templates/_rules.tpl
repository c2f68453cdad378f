{{/* What the operator may do, with a reason for each rule. deploy/rbac.yaml has the same. */}}
{{- define "matview-operator.rules" }}
  # The resources that it serves. It never changes what people wrote.
  - apiGroups: [matview.dev]
    resources: [materializedviewrefreshes]
    verbs: [list, watch]
  # Their status, written by server-side apply, which is a patch.
  - apiGroups: [matview.dev]
    resources: [materializedviewrefreshes/status]
    verbs: [patch]
  # The Secrets that resources name: passwords and certificates. By name alone: it can't list them.
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get]
  # The ConfigMaps that resources name for spec.database.tls.ca.
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get]
  # What kubectl describe shows. An Event that comes again is read and counted up; server-side apply creates by patch.
  - apiGroups: [""]
    resources: [events]
    verbs: [get, create, patch]
{{- end }}
{{/* ... and with cronJobs.enabled */}}
{{- define "matview-operator.cronJobRules" }}
  # The CronJobs of resources: made, put right when they were edited, and removed when a resource no longer wants them.
  - apiGroups: [batch]
    resources: [cronjobs]
    verbs: [get, list, watch, create, update, delete]
  # Their Jobs, whose results are read; those of requests and of looks at a view are made here, and the latter removed again,
  # as is a Job whose pod can't start once another pod is declared.
  - apiGroups: [batch]
    resources: [jobs]
    verbs: [list, watch, create, delete]
  # The Jobs' pods, for their termination messages and for what keeps them from starting. It never makes or changes one.
  - apiGroups: [""]
    resources: [pods]
    verbs: [list, watch]
{{- end }}
{{/* ... and with several replicas, in its own namespace */}}
{{- define "matview-operator.leaseRules" }}
  # The lease that says which replica leads. A right to create can't name the object.
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [create]
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    resourceNames: [matview-operator]
    verbs: [get, update]
{{- end }}
