// placeholder until the tests are in
