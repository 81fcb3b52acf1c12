package io.backupmx.ingress.source;

import io.backupmx.config.SqlSourceConfig;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database of a source, and how to get a connection to it. The pool could do that by itself, but would show the URL, in which
 * there may be a password, when it is wrong, and set a timeout for all drivers of the process.
 */
final class SqlServer implements DataSource {

    private final SqlSourceConfig config;
    private final Dialect dialect;

    SqlServer(SqlSourceConfig config) {
        this.config = config;
        this.dialect = Dialect.of(config.url().orElse(""));
    }

    @Override
    public Connection getConnection() throws SQLException {
        Properties settings = dialect.settings(config.timeoutOrDefault());
        config.user().ifPresent(user -> settings.setProperty("user", user));
        if (config.passwordFile().isPresent()) {
            settings.setProperty("password", password());
        }
        String url = config.url().orElse("");
        Connection connection = DriverManager.getDriver(url).connect(url, settings);
        if (connection == null) {
            throw new SQLException("the driver does not understand the url");
        }
        return connection;
    }

    private String password() throws SQLException {
        try {
            return new SecretFile("password_file", config.passwordFile().orElseThrow()).password();
        } catch (SourceFailure e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    /** The dialect's settings say it. */
    @Override
    public void setLoginTimeout(int seconds) {}

    /** How long the pool waits, when it closes, for a connection that is being made. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
