package io.backupmx.ingress.source;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.backupmx.config.AddressTemplate;
import io.backupmx.config.SqlQuery;
import io.backupmx.config.SqlSourceConfig;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Recipients from a database: one exists when a query returns a row. */
public final class SqlLookup implements RecipientLookup {

    private static final int CONNECTIONS = 8;
    private static final int WAITING = 1000;

    /** The pool's own lower bound. */
    private static final Duration MIN_CONNECTION_TIMEOUT = Duration.ofMillis(250);

    /** Firewalls forget connections that nobody uses. */
    private static final Duration MAX_IDLE = Duration.ofMinutes(1);

    /** Passwords and addresses change. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    private final String query;
    private final HikariDataSource pool;
    private final Questions questions;

    private SqlLookup(String name, SqlSourceConfig config) {
        Duration timeout = config.timeoutOrDefault();
        this.query = config.query().orElse("");
        this.pool = new HikariDataSource(pool(name, config, timeout));
        this.questions = new Questions(name, CONNECTIONS, WAITING, timeout);
    }

    /**
     * Connects when it is asked first. Whatever is wrong, with the database or with {@code config}, fails the questions.
     *
     * @param name of the source
     */
    public static SqlLookup of(String name, SqlSourceConfig config) {
        return new SqlLookup(name, config);
    }

    private static HikariConfig pool(String name, SqlSourceConfig config, Duration timeout) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("source-" + name);
        pool.setDataSource(new SqlServer(config));
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(0);
        pool.setIdleTimeout(MAX_IDLE.toMillis());
        pool.setMaxLifetime(MAX_AGE.toMillis());
        pool.setInitializationFailTimeout(-1);
        // Somewhat less than those who ask have, so that they learn why there is no connection.
        long patience = Math.max(MIN_CONNECTION_TIMEOUT.toMillis(), timeout.toMillis() * 9 / 10);
        pool.setConnectionTimeout(patience);
        pool.setValidationTimeout(patience);
        pool.setReadOnly(true);
        pool.setConnectionInitSql(Dialect.of(config.url().orElse("")).limitTime(timeout));
        return pool;
    }

    @Override
    public Future<Boolean> exists(String address) {
        return questions.ask(() -> ask(address));
    }

    private boolean ask(String address) throws SourceFailure {
        SqlQuery parsed = SqlQuery.parse(query);
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(parsed.sql())) {
            statement.setMaxRows(1);
            int index = 1;
            for (AddressTemplate parameter : parsed.parameters()) {
                statement.setString(index++, parameter.expand(address, UnaryOperator.identity()));
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        } catch (SQLException e) {
            throw new SourceFailure(reason(e));
        }
    }

    /** The driver's words where there are such; the pool's, which tell why there is no connection, else. */
    private static String reason(SQLException e) {
        Throwable reason = e;
        for (Throwable next = e.getCause(); next != null; next = next.getCause()) {
            if (next instanceof SQLException) {
                reason = next;
                break;
            }
        }
        return String.valueOf(reason.getMessage());
    }

    @Override
    public void close() {
        questions.close();
        pool.close();
    }
}
