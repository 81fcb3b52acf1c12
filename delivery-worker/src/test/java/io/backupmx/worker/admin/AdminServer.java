package io.backupmx.worker.admin;

import io.backupmx.config.HostPort;
import io.backupmx.config.OpsConfig;
import io.backupmx.ops.Observability;
import io.backupmx.ops.OpsServer;
import io.backupmx.ops.Readiness;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The admin API on a port of its own, over fakes. */
public final class AdminServer implements AutoCloseable {

    public final FakeSpool spool = new FakeSpool();
    public final FakeWorker worker = new FakeWorker();
    private final Observability observability = Observability.start(new VertxOptions());
    private final AdminToken token;
    private final HostPort address;

    /** @param data where its token and its address are left */
    public AdminServer(Path data) throws Exception {
        this(data, _ -> {});
    }

    /** @param more that it answers, beside what a worker does */
    public AdminServer(Path data, AdminRequests more) throws Exception {
        token = AdminToken.ensure(data);
        OpsServer server = new OpsServer(
                observability.vertx(),
                new OpsConfig("127.0.0.1:0", Optional.empty()),
                observability.registry(),
                new Readiness(observability.registry()));
        new AdminApi(
                        more,
                        new WorkerRequests(spool, worker),
                        new MailRequests(spool, spool, worker),
                        new BulkRequests(spool, spool, worker),
                        new BounceRequests(spool, worker))
                .mount(server.router(), token, "127.0.0.1");
        address = await(server.listen());
        AdminAddress.ofThisProcess(address).write(data);
    }

    public HostPort address() {
        return address;
    }

    AdminToken token() {
        return token;
    }

    @Override
    public void close() throws Exception {
        await(observability.vertx().close());
        observability.close();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
