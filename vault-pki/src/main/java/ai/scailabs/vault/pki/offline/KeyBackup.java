package ai.scailabs.vault.pki.offline;

import ai.scailabs.vault.pki.issuer.CertificateAuthority;

/**
 * The keys of an authority as they go out.
 *
 * @param pem encrypted, PKCS#8, the newest key first, each ended by a line feed
 * @param sha256 over its octets, by which whoever has it says so
 * @param keys how many
 */
public record KeyBackup(CertificateAuthority authority, String pem, byte[] sha256, int keys) {
    @Override
    public String toString() {
        return "KeyBackup[" + keys + "]";
    }
}
