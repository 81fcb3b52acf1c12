package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** What became of a reload, or would become of it, as the service says: for people at night, or as it came. */
final class ReloadReport {

    private static final Map<String, String> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("domains_added", "new domains");
        KINDS.put("domains_removed", "domains that are gone");
        KINDS.put("domains_rerouted", "domains whose mail goes elsewhere now");
        KINDS.put("addresses_rerouted", "addresses whose mail goes elsewhere now");
        KINDS.put("lists_changed", "domains whose recipients differ");
        KINDS.put("recipients_added", "new recipients");
        KINDS.put("recipients_removed", "recipients that are gone");
        KINDS.put("routes_new", "new routes");
        KINDS.put("routes_gone", "routes that are gone, mail for them waits");
        KINDS.put("permit_mx_backup", "other networks that make domains ours");
    }

    private final JsonNode answer;

    ReloadReport(JsonNode answer) {
        this.answer = answer;
    }

    /** All of it. */
    boolean isLoaded() {
        return outcome().equals("loaded") && answer.path("other_problems").isEmpty();
    }

    private String outcome() {
        return answer.path("outcome").asText("");
    }

    /** @param preview whether nothing was done yet */
    void print(CommandLine command, boolean json, boolean preview) {
        PrintWriter out = command.getOut();
        if (json) {
            out.println(answer);
            return;
        }
        switch (outcome()) {
            case "loaded" -> loaded(out, command.getErr(), preview);
            case "refused" -> refused(out, command.getErr());
            case "failed" -> {
                list(command.getErr(), answer.path("problems"), "");
                command.getErr().println("not loaded: " + stays());
            }
            default -> throw new CliException("the answer is not that of a reload: are both of one version?");
        }
        otherProblems(command.getErr());
    }

    private void loaded(PrintWriter out, PrintWriter err, boolean preview) {
        boolean changed = changes(out);
        list(err, answer.path("warnings"), "warning: ");
        if (!answer.path("need_restart").isEmpty()) {
            err.println("these keys differ, too, and need a restart: " + text(answer.path("need_restart")));
        }
        if (preview) {
            out.println(changed ? "not loaded yet: backupmx reload does" : "nothing would change");
        } else {
            out.println((changed ? "loaded: " : "nothing has changed: ") + inUse());
        }
    }

    private void otherProblems(PrintWriter err) {
        answer.path("other_problems").forEach(one -> err.println(Printable.of(one.asText())));
        if (!answer.path("other_problems").isEmpty()) {
            err.println("not loaded: what was in its place stays in use");
        }
    }

    private void refused(PrintWriter out, PrintWriter err) {
        changes(out);
        if (answer.path("confirmed_another").asBoolean(false)) {
            err.println("what was confirmed is not what is there now");
        }
        err.println("too much would be gone to be sure that it is meant:");
        list(err, answer.path("shrinkages"), "  ");
        err.println("not loaded: " + stays());
        err.println("if it is meant: backupmx reload --confirm="
                + Printable.of(answer.path("confirm").asText()));
    }

    private boolean changes(PrintWriter out) {
        boolean changed = false;
        for (Map.Entry<String, String> kind : KINDS.entrySet()) {
            JsonNode list = answer.path("changes").path(kind.getKey());
            if (list.path("count").asInt() > 0) {
                changed = true;
                out.println(kind.getValue() + ": " + list.path("count").asInt());
                list(out, list, "  ");
            }
        }
        return changed;
    }

    private static void list(PrintWriter out, JsonNode list, String indent) {
        JsonNode first = list.path("first");
        first.forEach(one -> out.println(indent + Printable.of(one.asText())));
        int more = list.path("count").asInt() - first.size();
        if (more > 0 && !first.isEmpty()) {
            out.println(indent + "and " + more + " more");
        }
    }

    private String stays() {
        return "the tables of before stay in use, " + inUse();
    }

    private String inUse() {
        JsonNode inUse = answer.path("in_use");
        return String.format(
                Locale.ROOT,
                "%d %s, %d %s listed",
                inUse.path("domains").asInt(),
                inUse.path("domains").asInt() == 1 ? "domain" : "domains",
                inUse.path("recipients").asInt(),
                inUse.path("recipients").asInt() == 1 ? "recipient" : "recipients");
    }

    private static String text(JsonNode names) {
        StringBuilder text = new StringBuilder();
        names.forEach(name -> text.append(text.isEmpty() ? "" : ", ").append(Printable.of(name.asText())));
        return text.toString();
    }
}
