package ai.scailabs.vault.pki.dns.route53;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.route53.Route53Client;
import software.amazon.awssdk.services.route53.Route53ClientBuilder;
import software.amazon.awssdk.services.route53.model.Change;
import software.amazon.awssdk.services.route53.model.ChangeAction;
import software.amazon.awssdk.services.route53.model.HostedZone;
import software.amazon.awssdk.services.route53.model.ListHostedZonesResponse;
import software.amazon.awssdk.services.route53.model.RRType;
import software.amazon.awssdk.services.route53.model.ResourceRecord;
import software.amazon.awssdk.services.route53.model.ResourceRecordSet;

/**
 * By an access key, or as this service itself where the operator allows it. A set is replaced by a batch that deletes it exactly as it was read, which Route 53 carries out as a whole or not at all. Private zones are left alone.
 */
public final class Route53Zones implements ZoneRecords {
    private static final int TRIES = 3;
    private static final Duration EACH = Duration.ofSeconds(5);
    private static final Duration ALL = Duration.ofSeconds(15);
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,64}");

    private final Credentials credentials;
    private final AwsCredentialsProvider provider;
    private final Route53Client client;

    /**
     * @param endpoint null for AWS's own
     * @param asService whether this service's own identity may be used
     * @throws VaultException {@code validation_error} when half of an access key is there, or none where one is needed
     */
    public Route53Zones(@Nullable URI endpoint, boolean asService, Credentials credentials) {
        this.credentials = credentials;
        this.provider = provider(credentials, asService);
        Route53ClientBuilder builder = Route53Client.builder()
                .region(Region.of(credentials.find("region").orElse("us-east-1")))
                .credentialsProvider(provider)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(EACH)
                        .socketTimeout(EACH))
                .overrideConfiguration(calls -> calls.apiCallTimeout(ALL)
                        .apiCallAttemptTimeout(EACH)
                        .retryStrategy(StandardRetryStrategy.builder()
                                .maxAttempts(TRIES)
                                .build()));
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        this.client = builder.build();
    }

    private static AwsCredentialsProvider provider(Credentials credentials, boolean asService) {
        Optional<String> id = credentials.find("access_key_id");
        Optional<String> secret = credentials.find("secret_access_key");
        if (id.isPresent() && secret.isPresent()) {
            return StaticCredentialsProvider.create(AwsBasicCredentials.create(id.get(), secret.get()));
        }
        if (id.isPresent() || secret.isPresent()) {
            throw VaultException.invalidField(
                    id.isPresent() ? "credentials.secret_access_key" : "credentials.access_key_id",
                    "is required together with the other");
        }
        if (!asService) {
            throw VaultException.invalidField(
                    "credentials.access_key_id", "is required: this tenant does not use the service's own identity");
        }
        return DefaultCredentialsProvider.builder().build();
    }

    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        List<String> names = new ArrayList<>();
        String marker = null;
        do {
            String from = marker;
            ListHostedZonesResponse page = asked(() -> client.listHostedZones(request -> request.marker(from)));
            page.hostedZones().stream()
                    .filter(Route53Zones::isPublic)
                    .map(zone -> DnsName.plain(zone.name()))
                    .forEach(names::add);
            marker = Boolean.TRUE.equals(page.isTruncated()) ? page.nextMarker() : null;
        } while (marker != null && names.size() < MAX_ZONES);
        return names;
    }

    private static boolean isPublic(HostedZone zone) {
        return zone.config() == null || !Boolean.TRUE.equals(zone.config().privateZone());
    }

    private String id(String zone) throws ZoneException {
        List<String> found =
                asked(() -> client.listHostedZonesByName(request -> request.dnsName(zone + "."))).hostedZones().stream()
                        .filter(candidate -> isPublic(candidate)
                                && DnsName.plain(candidate.name()).equals(zone))
                        .map(candidate -> candidate.id().replaceFirst("^/hostedzone/", ""))
                        .toList();
        if (found.isEmpty()) {
            throw new ZoneException(ZoneFailure.ZONE_MISSING, "no zone of this name");
        }
        if (found.size() > 1) {
            throw new ZoneException(ZoneFailure.ZONE_AMBIGUOUS, found.size() + " zones");
        }
        return found.getFirst();
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        change(id(zone), name, value, true);
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        try {
            change(id(zone), name, value, false);
        } catch (ZoneException gone) {
            if (gone.failure() != ZoneFailure.ZONE_MISSING) {
                throw gone;
            }
        }
    }

    private void change(String zone, String name, String value, boolean wanted) throws ZoneException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<ResourceRecordSet> set = set(zone, name);
            List<ResourceRecord> records =
                    set.map(ResourceRecordSet::resourceRecords).orElse(List.of());
            boolean there = records.stream().anyMatch(record -> TxtValue.isOf(record.value(), value));
            if (there == wanted) {
                return;
            }
            List<ResourceRecord> changed = new ArrayList<>(records);
            changed.removeIf(record -> TxtValue.isOf(record.value(), value));
            if (wanted) {
                changed.add(
                        ResourceRecord.builder().value(TxtValue.quoted(value)).build());
            }
            if (replaced(zone, name, set, changed)) {
                return;
            }
        }
        throw new ZoneException(ZoneFailure.CONFLICT, "changed " + ATTEMPTS + " times");
    }

    private Optional<ResourceRecordSet> set(String zone, String name) throws ZoneException {
        List<ResourceRecordSet> found = asked(() -> client.listResourceRecordSets(request ->
                        request.hostedZoneId(zone).startRecordName(name + ".").startRecordType(RRType.TXT)))
                .resourceRecordSets()
                .stream()
                .filter(set ->
                        set.type() == RRType.TXT && DnsName.plain(set.name()).equals(name))
                .toList();
        if (found.stream().anyMatch(set -> set.setIdentifier() != null || set.aliasTarget() != null)) {
            // Which of them a validator sees is decided by a policy of routing.
            throw new ZoneException(ZoneFailure.REJECTED, "a set with a routing policy");
        }
        return found.stream().findFirst();
    }

    /** False when the set is not any more as it was read. */
    private boolean replaced(String zone, String name, Optional<ResourceRecordSet> before, List<ResourceRecord> records)
            throws ZoneException {
        List<Change> changes = new ArrayList<>();
        before.ifPresent(set -> changes.add(Change.builder()
                .action(ChangeAction.DELETE)
                .resourceRecordSet(set)
                .build()));
        if (!records.isEmpty()) {
            changes.add(Change.builder()
                    .action(ChangeAction.CREATE)
                    .resourceRecordSet(ResourceRecordSet.builder()
                            .name(name + ".")
                            .type(RRType.TXT)
                            .ttl(before.map(ResourceRecordSet::ttl).orElse((long) TTL_SECONDS))
                            .resourceRecords(records)
                            .build())
                    .build());
        }
        try {
            asked(() -> client.changeResourceRecordSets(
                    request -> request.hostedZoneId(zone).changeBatch(batch -> batch.changes(changes))));
            return true;
        } catch (ZoneException refused) {
            if (refused.failure() == ZoneFailure.CONFLICT) {
                return false;
            }
            throw refused;
        }
    }

    private static <T> T asked(Supplier<T> call) throws ZoneException {
        try {
            return call.get();
        } catch (AwsServiceException answer) {
            String code = answer.awsErrorDetails() == null
                    ? ""
                    : String.valueOf(answer.awsErrorDetails().errorCode());
            throw new ZoneException(
                    failure(answer.statusCode(), code),
                    answer.statusCode() + (CODE.matcher(code).matches() ? " " + code : ""));
        } catch (SdkException failed) {
            throw new ZoneException(ZoneFailure.UNAVAILABLE, failed.getClass().getSimpleName());
        }
    }

    private static ZoneFailure failure(int status, String code) {
        return switch (code) {
            case "InvalidClientTokenId",
                    "UnrecognizedClientException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "ExpiredToken",
                    "MissingAuthenticationToken" -> ZoneFailure.CREDENTIALS_REFUSED;
            case "NoSuchHostedZone" -> ZoneFailure.ZONE_MISSING;
            case "InvalidChangeBatch", "PriorRequestNotComplete" -> ZoneFailure.CONFLICT;
            case "Throttling", "ThrottlingException" -> ZoneFailure.THROTTLED;
            default -> ZoneFailure.ofStatus(status);
        };
    }

    @Override
    public void close() {
        client.close();
        if (provider instanceof DefaultCredentialsProvider own) {
            own.close();
        }
        credentials.close();
    }
}
