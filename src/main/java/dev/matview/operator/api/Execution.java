package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a resource's runs take place. */
public enum Execution {
    /** In the operator's own process. */
    @JsonProperty("InOperator")
    IN_OPERATOR,

    /** In pods of CronJobs that the operator keeps in the resource's namespace. */
    @JsonProperty("CronJob")
    CRON_JOB
}
