package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.spool.MailParts;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Mails that an operator means.
 *
 * @param ids of each one
 * @param where they are looked for: {@code waiting}, {@code failed} or {@code all}
 * @param route the only one of whose parts are meant
 * @param domain only parts are meant of which all recipients are of it
 * @param inHand so many more a worker had in its hands
 */
record Meant(List<String> ids, String where, Optional<String> route, Optional<String> domain, int inHand) {

    /** Ids by themselves, each a word. */
    static Meant on(Scanner in, String where, CommandSpec command) {
        Set<String> ids = new LinkedHashSet<>();
        while (in.hasNext()) {
            ids.add(QueueIds.of(in.next(), command).value());
        }
        return new Meant(List.copyOf(ids), where, Optional.empty(), Optional.empty(), 0);
    }

    /**
     * Has the service do it, so many at a time, and says how many it did; without {@code yes} only how many it would.
     *
     * @param what the service's word for it
     * @param would for instance {@code would delete}
     * @param done for instance {@code deleted}
     */
    int run(AdminClient client, String what, boolean yes, String would, String done, PrintWriter out) {
        if (!yes) {
            out.println(would + " " + mails(ids.size()) + ofRoute() + alsoInHand() + "; nothing is done without --yes");
            return 1;
        }
        int mails = 0;
        boolean whole = false;
        try {
            for (int from = 0; from < ids.size(); from += MailParts.MAX_IDS) {
                List<String> some = ids.subList(from, Math.min(ids.size(), from + MailParts.MAX_IDS));
                JsonNode answer = client.post("mails/" + what, request(some));
                mails += answer.path("mails").asInt();
            }
            whole = true;
        } finally { // what was done is said, whatever happened then
            out.println(done + " " + mails(mails) + ofRoute() + (whole ? rest(ids.size() - mails) : " so far"));
        }
        return mails == ids.size() && inHand == 0 ? 0 : 1;
    }

    private Map<String, Object> request(List<String> some) {
        Map<String, Object> request = new HashMap<>(Map.of("queue_ids", some, "where", where));
        route.ifPresent(name -> request.put("route", name));
        domain.ifPresent(name -> request.put("domain", name));
        return request;
    }

    private String ofRoute() {
        return route.map(name -> " of " + name).orElse("");
    }

    private String alsoInHand() {
        return inHand == 0 ? "" : ", and has to leave " + inHand + " in a worker's hands";
    }

    private String rest(int gone) {
        int left = gone + inHand;
        return left == 0
                ? ""
                : "; " + left + (left == 1 ? " was" : " were")
                        + " not there any more, or in a worker's hands: look, and say it again";
    }

    private static String mails(int count) {
        return count + (count == 1 ? " mail" : " mails");
    }
}
