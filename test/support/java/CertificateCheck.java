import java.io.FileInputStream;
import java.security.cert.*;
import java.util.*;

/**
 * Checks certificates with Java's own revocation checker, which shares no code with Reseal or OpenSSL.
 *
 * Arguments: root, issuing CA, then any number of "ocsp=FILE" and "crl=FILE", which check the certificate alone, and
 * "chain=FILE", which also checks the issuing CA, as Java does by default. Prints a line for each: GOOD, or the
 * reason of the refusal. Addresses are taken from the certificates.
 */
public class CertificateCheck {
  public static void main(String[] arguments) throws Exception {
    System.setProperty("com.sun.security.enableCRLDP", "true");
    X509Certificate root = read(arguments[0]);
    X509Certificate issuing = read(arguments[1]);
    for (String argument : Arrays.asList(arguments).subList(2, arguments.length)) {
      String[] parts = argument.split("=", 2);
      System.out.println(verdict(root, List.of(read(parts[1]), issuing), parts[0]));
    }
  }

  static String verdict(X509Certificate root, List<X509Certificate> chain, String way) throws Exception {
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    Set<PKIXRevocationChecker.Option> options = EnumSet.noneOf(PKIXRevocationChecker.Option.class);
    if (!way.equals("chain"))
      options.addAll(EnumSet.of(
          PKIXRevocationChecker.Option.NO_FALLBACK, PKIXRevocationChecker.Option.ONLY_END_ENTITY));
    if (way.equals("crl")) options.add(PKIXRevocationChecker.Option.PREFER_CRLS);
    checker.setOptions(options);
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.addCertPathChecker(checker);
    try {
      validator.validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
      return "GOOD";
    } catch (CertPathValidatorException refused) {
      for (Throwable cause = refused; cause != null; cause = cause.getCause())
        if (cause instanceof CertificateRevokedException revoked)
          return "REVOKED " + revoked.getRevocationReason();
      return refused.getReason() + " " + refused.getMessage();
    }
  }

  static X509Certificate read(String file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
