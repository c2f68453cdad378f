-- Argo CD's health of a MaterializedViewRefresh, for resource.customizations.health.matview.dev_MaterializedViewRefresh of argocd-cm.
-- Suspended by spec.suspend; Degraded when the last run failed or nothing can work; Progressing until the first check is done.
if obj.spec ~= nil and obj.spec.suspend == true then
  return { status = "Suspended", message = "spec.suspend is true" }
end
if obj.status ~= nil and obj.status.observedGeneration == obj.metadata.generation and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    if condition.type == "Ready" then
      local health = { ["True"] = "Healthy", ["False"] = "Degraded" }
      return { status = health[condition.status] or "Progressing", message = condition.message }
    end
  end
end
return { status = "Progressing", message = "the operator has not looked at this yet" }
