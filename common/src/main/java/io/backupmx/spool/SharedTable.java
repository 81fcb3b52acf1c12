package io.backupmx.spool;

import java.util.concurrent.CompletionStage;

/**
 * Values by key that all processes of one spool have in common, by way of its broker. They stay: other lives of the broker
 * have them, too. For a few thousand keys, with values of up to a megabyte. Reconnects by itself for as long as it is open.
 * Safe from any thread.
 */
public interface SharedTable extends AutoCloseable {

    /** The longest value, in octets. */
    int MAX_VALUE_BYTES = 1 << 20;

    /** The longest key. */
    int MAX_KEY_CHARS = 1024;

    /** Begins to hear. To be called once; does not wait for the broker. */
    void start(Listener listener);

    /**
     * Sets the value of {@code key}. Done when it is on the broker's disk; fails with a {@link SpoolException}, at once while
     * the broker is away, and when it does not answer in time. Of values set at the same time by several processes any may be
     * the last. Never blocks.
     */
    CompletionStage<Void> put(String key, byte[] value);

    /** Bounded; idempotent. What was put and is not confirmed may be lost. */
    @Override
    void close();

    /** Who hears. Called on a thread of the table, one call at a time; may take its time, but must end. */
    interface Listener {

        /** The broker is there: all its values follow, whatever their age, then {@link #complete}. */
        void connected();

        /** {@code key} has this value now; what this process has put comes back as well. */
        void heard(String key, byte[] value);

        /** Everything that was there at {@link #connected} has been heard. What is new goes on to be. */
        void complete();

        /** The broker is away. */
        void disconnected();
    }
}
