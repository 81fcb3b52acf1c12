package io.backupmx.worker.delivery;

import io.backupmx.config.WorkerConfig;
import io.backupmx.route.RelayTables;
import io.backupmx.routing.RouteConnector;
import io.backupmx.spool.SpoolReader;
import io.backupmx.worker.report.Reports;
import io.backupmx.worker.schedule.RetrySchedules;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * What all routes of a worker share.
 *
 * @param isSure whether mail in hand is this worker's beyond doubt, so that its final dot may leave
 * @param agree whether all workers have mail go the same ways
 * @param workers how many there are, this one included
 * @param feeds how many queues are read at once
 * @param connections of all routes, beyond each one's first
 * @param greeted hears of connections over which mail was taken
 */
record RouteParts(
        WorkerConfig config,
        RelayTables tables,
        RetrySchedules retries,
        RouteConnector connector,
        MxParts mx,
        SpoolReader spool,
        BooleanSupplier isSure,
        BooleanSupplier agree,
        IntSupplier workers,
        FeedBudget feeds,
        Semaphore connections,
        GreetedHosts greeted,
        Reports reports,
        InstantSource clock,
        MeterRegistry metrics) {}
