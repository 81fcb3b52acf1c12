package io.backupmx.spool;

import java.time.Duration;

/**
 * How the broker that holds the spool is doing, as it says itself.
 *
 * @param version of its software
 * @param uptime since it was started
 * @param diskUsage share of the file system with the spool that is in use, by anybody; 0 to 1
 * @param memoryBytes heap that messages take, all queues together
 * @param memoryLimitBytes from which on every queue rests on disk
 * @param connections of clients: each ingress and each worker has a few
 * @param consumers on its queues
 */
public record BrokerStatus(
        String version,
        Duration uptime,
        double diskUsage,
        long memoryBytes,
        long memoryLimitBytes,
        int connections,
        long consumers) {}
