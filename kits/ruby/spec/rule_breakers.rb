require "spec_helper"

# Examples whose client breaks a rule, for conduct_spec.rb to run.
RSpec.describe "Whoever" do
  context "with a sandbox", :inbox_mock do
    it("breaks a rule") { answer_nobody }

    it "fails, and breaks a rule" do
      answer_nobody
      expect(1).to eq 2
    end

    it("allows itself to break it") { answer_nobody && inbox_mock.allow("MSG002") }

    it "breaks a rule, which is pending" do
      pending("it is to be mended")
      answer_nobody
    end
  end

  it("is allowed to break it", inbox_mock: { allow: ["MSG002"] }) { answer_nobody }
  it("allows what is no rule", inbox_mock: { allow: ["MSG02"] }) { answer_nobody }
end
