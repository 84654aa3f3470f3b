package ai.scailabs.vault.pki.role;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A role as a caller writes it, and as the database keeps it; absent is null, and then the default counts.
 *
 * @param caId of the authority that signs
 * @param keyBits absent with a {@code keyType}: any size of it
 * @param signatureBits absent: as the authority's key signs by itself
 * @param notBeforeBound {@code forbid} or {@code duration}
 * @param notAfterBound {@code forbid} or {@code ttl-limited}
 */
public record RoleFields(
        @Nullable String name,
        @Nullable String caId,
        @Nullable List<@Nullable String> allowedDomains,
        @Nullable Boolean allowSubdomains,
        @Nullable Boolean allowBareDomains,
        @Nullable Boolean allowWildcardCertificates,
        @Nullable Boolean allowAnyName,
        @Nullable Boolean allowLocalhost,
        @Nullable Boolean enforceHostnames,
        @Nullable Boolean allowIpSans,
        @Nullable List<@Nullable String> allowedIpSansCidr,
        @Nullable List<@Nullable String> allowedUriSans,
        @Nullable List<@Nullable String> allowedEmailDomains,
        @Nullable Integer maxSans,
        @Nullable String ttl,
        @Nullable String maxTtl,
        @Nullable String notBeforeDuration,
        @Nullable String notBeforeBound,
        @Nullable String notAfterBound,
        @Nullable Boolean allowNoExpiry,
        @Nullable String keyType,
        @Nullable Integer keyBits,
        @Nullable List<@Nullable String> extKeyUsage,
        @Nullable Boolean keyEncipherment,
        @Nullable List<@Nullable String> policyIdentifiers,
        @Nullable Boolean basicConstraintsValidForNonCa,
        @Nullable Boolean includeNoRevAvail,
        @Nullable List<@Nullable String> organization,
        @Nullable List<@Nullable String> ou,
        @Nullable List<@Nullable String> country,
        @Nullable List<@Nullable String> province,
        @Nullable List<@Nullable String> locality,
        @Nullable List<@Nullable String> streetAddress,
        @Nullable List<@Nullable String> postalCode,
        @Nullable Boolean requireCn,
        @Nullable Boolean excludeCnFromSans,
        @Nullable Boolean validateCn,
        @Nullable Integer signatureBits,
        @Nullable Boolean usePss,
        @Nullable Boolean useCsrCommonName,
        @Nullable Boolean useCsrSans,
        @Nullable Boolean storePrivateKeys,
        @Nullable Boolean autoRenew,
        @Nullable Boolean noStore,
        @Nullable Boolean requireApproval,
        @Nullable Integer maxCertificateSize) {}
