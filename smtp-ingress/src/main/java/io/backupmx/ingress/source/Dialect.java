package io.backupmx.ingress.source;

import java.time.Duration;
import java.util.Properties;

/** In what databases differ. */
enum Dialect {
    POSTGRESQL {
        @Override
        Properties settings(Duration timeout) {
            String seconds = String.valueOf(Math.ceilDiv(timeout.toMillis(), 1000));
            Properties settings = new Properties();
            settings.setProperty("ApplicationName", "backupmx");
            settings.setProperty("connectTimeout", seconds);
            settings.setProperty("socketTimeout", seconds);
            settings.setProperty("sslResponseTimeout", String.valueOf(timeout.toMillis()));
            settings.setProperty("loginTimeout", "0"); // else it connects on a thread of its own
            settings.setProperty("readOnlyMode", "always");
            // A parameter is of the type that it is compared with, as a text in quotes is: citext stays citext.
            settings.setProperty("stringtype", "unspecified");
            return settings;
        }

        @Override
        String limitTime(Duration timeout) {
            return "SET statement_timeout = " + timeout.toMillis();
        }
    },
    MARIADB {
        @Override
        Properties settings(Duration timeout) {
            String millis = String.valueOf(timeout.toMillis());
            Properties settings = new Properties();
            settings.setProperty("connectTimeout", millis);
            settings.setProperty("socketTimeout", millis);
            settings.setProperty("useServerPrepStmts", "true"); // else the driver pastes
            settings.setProperty("allowLocalInfile", "false");
            return settings;
        }

        // Within a comment that MariaDB reads and MySQL, which has no such variable, does not.
        @Override
        String limitTime(Duration timeout) {
            return "SET @backupmx = 1 /*M! , max_statement_time = " + timeout.toMillis() / 1000.0 + " */";
        }
    };

    static Dialect of(String url) {
        return url.startsWith("jdbc:mariadb:") ? MARIADB : POSTGRESQL;
    }

    /** Of the driver; a hanging server is left in time, be it nobody who asks but the pool. */
    abstract Properties settings(Duration timeout);

    /** A statement by which the server itself ends what takes longer: it does not notice that nobody waits for it. */
    abstract String limitTime(Duration timeout);
}
