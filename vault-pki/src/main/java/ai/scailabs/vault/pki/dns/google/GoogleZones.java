package ai.scailabs.vault.pki.dns.google;

import static ai.scailabs.vault.pki.dns.rest.RestAnswer.text;
import static ai.scailabs.vault.pki.dns.rest.RestCalls.encoded;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.pki.dns.rest.RestAnswer;
import ai.scailabs.vault.pki.dns.rest.RestCalls;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * As a service account with the role {@code roles/dns.admin}. A set is replaced by a change that deletes it exactly as it was read, which Google carries out as a whole or not at all. Private zones are left alone.
 */
public final class GoogleZones implements ZoneRecords {
    private final GuardedTransfers transfers;
    private final URI api;
    private final URI tokens;
    private final Clock clock;
    private final Credentials credentials;
    private final ServiceAccount account;
    private final String project;
    private @Nullable RestCalls calls;

    /**
     * @param api of Cloud DNS
     * @param tokens where Google gives tokens
     * @throws VaultException {@code validation_error} for a file that is none
     */
    public GoogleZones(GuardedTransfers transfers, URI api, URI tokens, Clock clock, Credentials credentials) {
        this.transfers = transfers;
        this.api = api;
        this.tokens = tokens;
        this.clock = clock;
        this.credentials = credentials;
        this.account = ServiceAccount.read(credentials.reveal("service_account_json"));
        this.project = credentials.find("project").orElse(account.project());
        if (project.isEmpty()) {
            throw VaultException.invalidField(
                    "credentials.project", "is required where the service account's file does not name it");
        }
    }

    private RestCalls calls() throws ZoneException {
        RestCalls known = calls;
        if (known == null) {
            known = new RestCalls(transfers, api, Map.of("Authorization", "Bearer " + token()), false);
            calls = known;
        }
        return known;
    }

    private String token() throws ZoneException {
        RestAnswer answer = new RestCalls(transfers, tokens, Map.of(), false)
                .postForm(
                        "",
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:jwt-bearer",
                        "assertion",
                        account.assertion(tokens.toString(), clock.instant()));
        if (answer.status() == 400) {
            throw new ZoneException(ZoneFailure.CREDENTIALS_REFUSED, "400 of the token");
        }
        return text(answer.requireDone().body(), "access_token");
    }

    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        List<String> names = new ArrayList<>();
        String token = "";
        do {
            RestAnswer answer =
                    calls().get(zonesPath() + "?maxResults=500" + token).requireDone();
            for (JsonNode zone : managedZones(answer)) {
                names.add(DnsName.plain(text(zone, "dnsName")));
            }
            String next = RestAnswer.textOrEmpty(answer.body(), "nextPageToken");
            token = next.isEmpty() ? "" : "&pageToken=" + encoded(next);
        } while (!token.isEmpty() && names.size() < MAX_ZONES);
        return names;
    }

    private String zonesPath() {
        return "/dns/v1/projects/" + encoded(project) + "/managedZones";
    }

    /** Those that are public. Where there is none, the list may be missing. */
    private static List<JsonNode> managedZones(RestAnswer answer) throws ZoneException {
        if (answer.body().isObject() && !answer.body().has("managedZones")) {
            return List.of();
        }
        return answer.list("managedZones").stream()
                .filter(zone -> !RestAnswer.textOrEmpty(zone, "visibility").equals("private"))
                .toList();
    }

    private String path(String zone) throws ZoneException {
        List<JsonNode> found = managedZones(
                calls().get(zonesPath() + "?dnsName=" + encoded(zone + ".")).requireDone());
        if (found.isEmpty()) {
            throw new ZoneException(ZoneFailure.ZONE_MISSING, "no zone of this name");
        }
        if (found.size() > 1) {
            throw new ZoneException(ZoneFailure.ZONE_AMBIGUOUS, found.size() + " zones");
        }
        return zonesPath() + "/" + encoded(text(found.getFirst(), "name"));
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        change(path(zone), name, value, true);
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        try {
            change(path(zone), name, value, false);
        } catch (ZoneException gone) {
            if (gone.failure() != ZoneFailure.ZONE_MISSING) {
                throw gone;
            }
        }
    }

    private void change(String path, String name, String value, boolean wanted) throws ZoneException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            JsonNode set = set(path, name);
            List<String> values = values(set);
            if (values.stream().anyMatch(shown -> TxtValue.isOf(shown, value)) == wanted) {
                return;
            }
            List<String> changed = new ArrayList<>(values);
            changed.removeIf(shown -> TxtValue.isOf(shown, value));
            if (wanted) {
                changed.add(TxtValue.quoted(value));
            }
            int ttl = set == null ? TTL_SECONDS : set.path("ttl").asInt(TTL_SECONDS);
            RestAnswer answer = calls().call(
                            "POST",
                            path + "/changes",
                            Map.of(),
                            Map.of(
                                    "additions", changed.isEmpty() ? List.of() : List.of(set(name, ttl, changed)),
                                    "deletions", set == null ? List.of() : List.of(set(name, ttl, values))));
            if (answer.isDone()) {
                return;
            }
            // The set is not as it was read, or there is one where there was none; of the first it may say that it is
            // not found.
            if (answer.status() != 409 && answer.status() != 412 && answer.status() != 404) {
                throw answer.refusal();
            }
        }
        throw new ZoneException(ZoneFailure.CONFLICT, "changed " + ATTEMPTS + " times");
    }

    private static Map<String, Object> set(String name, int ttl, List<String> values) {
        return Map.of("name", name + ".", "type", "TXT", "ttl", ttl, "rrdatas", values);
    }

    private @Nullable JsonNode set(String path, String name) throws ZoneException {
        RestAnswer answer = calls().get(path + "/rrsets?name=" + encoded(name + ".") + "&type=TXT")
                .requireDone();
        if (answer.body().isObject() && !answer.body().has("rrsets")) {
            return null;
        }
        for (JsonNode set : answer.list("rrsets")) {
            if (text(set, "type").equals("TXT")
                    && DnsName.plain(text(set, "name")).equals(name)) {
                return set;
            }
        }
        return null;
    }

    private static List<String> values(@Nullable JsonNode set) throws ZoneException {
        List<String> values = new ArrayList<>();
        if (set != null) {
            for (JsonNode value : set.path("rrdatas")) {
                if (!value.isString()) {
                    throw RestAnswer.senseless();
                }
                values.add(value.stringValue());
            }
        }
        return values;
    }

    @Override
    public void close() {
        credentials.close();
    }
}
