package dev.matview.operator.cronjob;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of CronJobs and of the Jobs made from them. A CronJob's name has at most 52 characters, so that those of its
 * Jobs, which become label values, have at most 63.
 */
final class CronJobNames {
    private static final int LONGEST = 52;
    private static final int HASH = 8;

    private CronJobNames() {}

    /**
     * The CronJob of one schedule: another schedule is another CronJob, since the controller would take the times of a
     * changed one that lie behind it for missed.
     *
     * @param resource the resource's name, of which as much is kept as there is room for
     * @param uid the resource's, as one that is created anew under the same name is another
     */
    static String cronJob(String resource, String uid, String schedule, String timeZone) {
        String start = resource.substring(0, Math.min(resource.length(), LONGEST - HASH - 1));
        return start.replaceFirst("[-.]+$", "") + "-" + hash(uid, schedule, timeZone);
    }

    /** A Job that the operator makes from a CronJob; the same for the same cause in the same situation. */
    static String job(String cronJob, String cause, String situation) {
        // The letter keeps it apart from the names that the controller gives, which are minutes.
        return cronJob + "-r" + hash(cause, situation);
    }

    private static String hash(String... parts) {
        byte[] text = String.join("\0", parts).getBytes(StandardCharsets.UTF_8);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(digest, 0, HASH / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
