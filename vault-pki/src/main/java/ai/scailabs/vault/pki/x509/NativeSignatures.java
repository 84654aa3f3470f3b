package ai.scailabs.vault.pki.x509;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;

/** The fastest signatures that this machine has: ECDSA in native code takes a tenth of the time of the Java runtime's. */
public final class NativeSignatures {
    private NativeSignatures() {}

    /** By the native library where it loads and its self-tests pass, else by the Java runtime: what is signed is the same. To be asked once, as the tests take a moment. */
    public static JavaSignatures orRuntime() {
        AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
        boolean sound = provider.getLoadingError() == null && provider.runSelfTests() == SelfTestStatus.PASSED;
        return sound ? JavaSignatures.preferring(provider) : JavaSignatures.ofTheRuntime();
    }
}
