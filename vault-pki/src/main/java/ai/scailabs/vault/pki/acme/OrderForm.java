package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameSyntax;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a caller wants ordered. What no directory would take is refused here, by the field. */
public final class OrderForm {
    static final int MAX_NAMES = 100;

    private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int MAX_CHAIN_NAME = 200;

    private OrderForm() {}

    /** As the body of a call says it. */
    public record Fields(
            @Nullable String accountId,
            @Nullable List<@Nullable String> domains,
            @Nullable String challengeType,
            @Nullable Boolean autoRenew,
            @Nullable String profile,
            @Nullable String preferredChain,
            @Nullable String keyType,
            @Nullable Integer keySize,
            @Nullable String csrPem,
            @Nullable String dnsProviderId) {}

    /** @throws VaultException {@code validation_error}; {@code acme_account_not_found} */
    public static UUID account(Fields fields) {
        String account = fields.accountId();
        if (account == null) {
            throw VaultException.invalidField("account_id", "is required");
        }
        return AcmeAccount.parseId(account).orElseThrow(AccountService::notFound);
    }

    /** @throws VaultException {@code validation_error}, {@code name_not_allowed}, {@code csr_rejected} */
    static CertificateTerms terms(Fields fields, SignatureProvider signatures) {
        ChallengeType challenge = java.util.Optional.ofNullable(fields.challengeType())
                .flatMap(ChallengeType::parse)
                .orElseThrow(
                        () -> VaultException.invalidField("challenge_type", "must be http-01, dns-01 or tls-alpn-01"));
        String pem = fields.csrPem();
        byte[] csr = pem == null ? null : CertificationRequest.der(pem);
        CertificationRequest request = csr == null ? null : CertificationRequest.read(csr, signatures);
        List<OrderedName> names = names(fields.domains(), request);
        requireProvable(names, challenge);
        return new CertificateTerms(
                names,
                challenge,
                provider(fields.dnsProviderId(), challenge),
                matched(
                        "profile",
                        fields.profile(),
                        PROFILE.asMatchPredicate(),
                        "must be the name of a profile, as the directory lists it"),
                matched(
                        "preferred_chain",
                        fields.preferredChain(),
                        OrderForm::isName,
                        "must be the common name of an issuer, of at most " + MAX_CHAIN_NAME + " characters"),
                key(fields, request),
                csr);
    }

    private static List<OrderedName> names(
            @Nullable List<@Nullable String> domains, @Nullable CertificationRequest request) {
        if (domains == null) {
            if (request == null) {
                throw VaultException.invalidField("domains", "is required");
            }
            return checked(request.names().names());
        }
        List<GeneralName> named = new ArrayList<>();
        for (String domain : domains.size() > MAX_NAMES ? domains.subList(0, MAX_NAMES + 1) : domains) {
            if (domain == null || domain.isEmpty()) {
                throw VaultException.invalidField("domains", "must be names of hosts, or addresses");
            }
            named.add(NameSyntax.parse(domain));
        }
        List<OrderedName> names = checked(named);
        if (request != null
                && !new LinkedHashSet<>(names)
                        .equals(new LinkedHashSet<>(checked(request.names().names())))) {
            throw new VaultException(
                    ErrorCode.CSR_REJECTED,
                    "the request is refused: its names are not those that are ordered",
                    Map.of("rule", "csr_names"));
        }
        return names;
    }

    private static List<OrderedName> checked(List<GeneralName> given) {
        if (given.isEmpty() || given.size() > MAX_NAMES) {
            throw VaultException.invalidField("domains", "must have 1 to " + MAX_NAMES + " names");
        }
        LinkedHashSet<OrderedName> names = new LinkedHashSet<>();
        for (GeneralName name : given) {
            if (!(name instanceof GeneralName.Dns || name instanceof GeneralName.Ip)) {
                throw new VaultException(
                        ErrorCode.NAME_NOT_ALLOWED,
                        "'" + name.text() + "' is neither the name of a host nor an address",
                        Map.of("rule", "name_kind", "value", name.text()));
            }
            names.add(new OrderedName(name));
        }
        return List.copyOf(names);
    }

    private static void requireProvable(List<OrderedName> names, ChallengeType challenge) {
        for (OrderedName name : names) {
            if (name.isWildcard() && challenge != ChallengeType.DNS_01) {
                throw VaultException.invalidField("challenge_type", "must be dns-01 for a wildcard");
            }
            if (name.isAddress() && challenge == ChallengeType.DNS_01) {
                throw VaultException.invalidField("challenge_type", "must be http-01 or tls-alpn-01 for an address");
            }
        }
    }

    private static @Nullable UUID provider(@Nullable String id, ChallengeType challenge) {
        if (id == null) {
            return null;
        }
        if (challenge != ChallengeType.DNS_01) {
            throw VaultException.invalidField("dns_provider_id", "is for challenge_type dns-01");
        }
        return Ids.uuid("dnsp_", id)
                .orElseThrow(
                        () -> new VaultException(ErrorCode.DNS_PROVIDER_NOT_FOUND, "There is no such DNS provider"));
    }

    private static @Nullable KeySpec key(Fields fields, @Nullable CertificationRequest request) {
        if (request == null) {
            return NewAccount.keySpec("key_type", fields.keyType(), fields.keySize());
        }
        if (fields.keyType() != null || fields.keySize() != null) {
            throw VaultException.invalidField("key_type", "is the request's: leave it out beside csr_pem");
        }
        return null;
    }

    private static @Nullable String matched(
            String field, @Nullable String text, java.util.function.Predicate<String> rule, String problem) {
        if (text != null && !rule.test(text)) {
            throw VaultException.invalidField(field, problem);
        }
        return text;
    }

    private static boolean isName(String text) {
        return !text.isBlank()
                && text.length() <= MAX_CHAIN_NAME
                && text.chars().noneMatch(Character::isISOControl);
    }
}
