package io.backupmx.worker.report;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.routing.Questioning;
import io.backupmx.routing.RecordLookup;
import io.backupmx.smtp.ReversePath;
import io.backupmx.spf.SpfCheck;
import io.backupmx.spf.SpfResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** By SPF, or by DKIM where that does not do. It blocks, and computes. */
final class SenderAuthenticity implements Authenticity {

    private static final Duration TIME = Duration.ofSeconds(15);

    private final RecordLookup lookup;

    SenderAuthenticity(RecordLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public Verdict judge(Envelope envelope, Content content) throws IOException, InterruptedException {
        if (!(envelope.from() instanceof ReversePath.Sender(var sender))) {
            return new Verdict.NotAuthentic("nobody");
        }
        Questioning questioning = new Questioning(lookup, TIME);
        SpfResult spf = SpfCheck.result(
                envelope.arrival().clientAddress(),
                envelope.arrival().helo(),
                envelope.from().address(),
                questioning);
        if (spf == SpfResult.PASS) {
            return new Verdict.Authentic("SPF pass for " + envelope.arrival().clientAddress());
        }
        endIfInterrupted();
        Optional<String> signer = DkimCheck.signer(sender, content, questioning);
        if (signer.isPresent()) {
            return new Verdict.Authentic("DKIM of " + signer.get());
        }
        endIfInterrupted();
        return questioning
                .failure()
                .<Verdict>map(Verdict.Undecided::new)
                .orElseGet(() -> new Verdict.NotAuthentic("SPF " + spf.label() + ", no DKIM signature of its domain"));
    }

    private static void endIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("while the DNS was asked");
        }
    }
}
