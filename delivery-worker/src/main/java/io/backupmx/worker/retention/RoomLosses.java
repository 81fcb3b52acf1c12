package io.backupmx.worker.retention;

/** Failed mail that was deleted for want of room and that nobody has been told of yet. Safe from any thread. */
public final class RoomLosses {

    /** What was lost. */
    public record Lost(long mails, long bytes) {}

    private long mails;
    private long bytes;

    synchronized void lost(long size) {
        mails++;
        bytes += size;
    }

    /** So far. */
    public synchronized Lost pending() {
        return new Lost(mails, bytes);
    }

    /** Somebody has been told of {@code lost}. */
    public synchronized void told(Lost lost) {
        mails -= lost.mails();
        bytes -= lost.bytes();
    }
}
