package ai.scailabs.vault.pki.x509;

/**
 * A list that was signed: {@code first}, then its entries, then {@code last}, is its DER.
 *
 * @param sha256 over the whole
 */
public record SignedCrl(byte[] first, byte[] last, long sizeBytes, byte[] sha256) {}
